import { install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { inProcess, OperationsError } from '../../index.js';
import { hosts } from './hosts.test-support.js';
import { OperationsSite } from './operations-site.test-support.js';
import { startOperation } from './start-operation.js';
import type { WireOperation } from './wire-view.js';

async function problemOf(response: Response): Promise<{ status: number; type: string; body: Record<string, unknown> }> {
  expect(response.headers.get('content-type')).to.equal('application/problem+json');
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, type: String(body['type']), body };
}

for (const [host, serve] of Object.entries(hosts)) {
  describe(`startOperation, by ${host}`, () => {
    let site: OperationsSite;

    beforeEach(async () => {
      site = await OperationsSite.open({ serve });
    });

    afterEach(async () => {
      await site.close();
      expect(site.errors).to.deep.equal([]);
    });

    it('answers 202 with the record and where to look', async () => {
      const response = await site.visitor().post('/start/steered', { a: 1 });
      expect(response.status).to.equal(202);
      const operation = (await response.json()) as WireOperation;
      expect(operation).to.include({ kind: 'steered', attempt: 0, cancellable: true, progress: null, state: 'queued' });
      expect(operation.id).to.match(/^op_[\w-]{22}$/);
      expect(new Date(operation.createdAt).toISOString()).to.equal(operation.createdAt);
      expect(operation.links).to.deep.equal({
        self: `/operations/${operation.id}`,
        events: `/operations/${operation.id}/events`,
        cancel: `/operations/${operation.id}/cancel`,
        result: `/operations/${operation.id}/result`,
        stream: '/operations/events',
      });
      expect(Object.keys(operation)).to.not.include.members(['owner', 'idemKey', 'fingerprint', 'hasStoredResult']);
      const { headers } = response;
      expect(headers.get('location')).to.equal(operation.links.self);
      expect(headers.get('operation-location')).to.equal(operation.links.self);
      expect(headers.get('retry-after')).to.equal('1');
      expect(headers.get('vary')).to.match(/\bPrefer\b/);
      expect(headers.get('preference-applied')).to.equal(null);
      expect((await site.steering.of(operation.id)).input).to.deep.equal({ a: 1 });
    });

    it('tells the application what was started, before anybody waits for its end, and once for each key', async () => {
      const remembered: string[] = [];
      let remember = (_id: string): void => {};
      const first = new Promise<string>((resolve) => {
        remember = resolve;
      });
      await site.close();
      site = await OperationsSite.open({
        serve,
        acts: {
          'POST /begin': (context) =>
            startOperation(
              context,
              'steered',
              {},
              {
                onStarted: async ({ id }) => {
                  remembered.push(id);
                  remember(id);
                },
              },
            ),
        },
      });
      const visitor = site.visitor();
      const headers = { 'idempotency-key': '"once"', prefer: 'wait=10' };
      const answering = visitor.post('/begin', {}, headers);
      const id = await first;
      (await site.steering.of(id)).finish();
      expect((await answering).status).to.equal(200);
      expect((await visitor.post('/begin', {}, headers)).headers.get('idempotency-replayed')).to.equal('true');
      expect(remembered).to.deep.equal([id]);
    });

    it('shows what it is called in the answer, in the list and in its stream', async () => {
      await site.close();
      site = await OperationsSite.open({
        serve,
        acts: {
          'POST /import': (context) =>
            startOperation(context, 'steered', {}, { label: context.request.query.get('file') ?? '' }),
        },
      });
      const ann = site.visitor();
      const answer = await ann.post(`/import?file=${encodeURIComponent('käse\n.csv')}`);
      const { label, links } = (await answer.json()) as WireOperation;
      expect(label).to.equal('käse .csv');
      const list = (await (await ann.get('/operations')).json()) as { readonly operations: readonly WireOperation[] };
      expect(list.operations.map((operation) => operation.label)).to.deep.equal([label]);
      const reader = await ann.watch(links.events);
      expect((await reader.news())?.data).to.include({ label });
      await reader.leave();
    });

    it('holds the answer as long as the client would wait, and gives 200 when the end comes in that time', async () => {
      const visitor = site.visitor();
      const first = await visitor.start();
      const answering = visitor.post('/start/steered', {}, { prefer: 'wait=10' });
      // Others of the same session are answered meanwhile.
      const { operations } = (await (await visitor.get('/operations?state=running')).json()) as {
        operations: WireOperation[];
      };
      expect(operations.map(({ id }) => id)).to.include(first.id);
      const other = await visitor.start();
      expect(other.state).to.equal('queued');
      for (;;) {
        const list = (await (await visitor.get('/operations')).json()) as { operations: WireOperation[] };
        if (list.operations.length === 3) {
          const waited = list.operations.find(({ id }) => id !== first.id && id !== other.id);
          (await site.steering.of(waited?.id ?? '')).finish({ done: true });
          break;
        }
      }
      const response = await answering;
      expect(response.status).to.equal(200);
      expect(response.headers.get('preference-applied')).to.equal('wait=10');
      expect(response.headers.get('location')).to.equal(null);
      expect(response.headers.get('retry-after')).to.equal(null);
      expect(await response.json()).to.deep.include({ state: 'succeeded', result: { done: true } });
    });

    it('starts once for a key: the same operation for the same input, 422 for another', async () => {
      const visitor = site.visitor();
      const headers = { 'idempotency-key': '"once"' };
      const first = await visitor.post('/start/steered', { a: 1, b: 2 }, headers);
      const { id } = (await first.json()) as WireOperation;
      expect(first.headers.get('idempotency-replayed')).to.equal(null);
      const again = await visitor.post('/start/steered', { b: 2, a: 1 }, { 'idempotency-key': 'once' });
      expect([again.status, again.headers.get('idempotency-replayed')]).to.deep.equal([202, 'true']);
      expect(((await again.json()) as WireOperation).id).to.equal(id);
      const other = await problemOf(await visitor.post('/start/steered', { a: 2 }, headers));
      expect([other.status, other.type]).to.deep.equal([422, 'urn:verbena:operations:key-reused']);
      (await site.steering.of(id)).finish('over');
      await (await visitor.watch(`/operations/${id}/events`)).rest();
      const late = await visitor.post('/start/steered', { a: 1, b: 2 }, headers);
      expect([late.status, late.headers.get('idempotency-replayed')]).to.deep.equal([200, 'true']);
      expect(await late.json()).to.include({ id, result: 'over' });
      expect(site.steering.begun).to.equal(1);
    });

    it('starts once of 50 that come at once with one key', async () => {
      const visitor = site.visitor();
      await visitor.start();
      const answers = await Promise.all(
        Array.from({ length: 50 }, async () => {
          const answer = await visitor.post('/start/steered', { n: 1 }, { 'idempotency-key': 'at-once' });
          return ((await answer.json()) as WireOperation).id;
        }),
      );
      expect(new Set(answers).size).to.equal(1);
      await site.steering.of(answers[0] ?? '');
      expect(site.steering.begun).to.equal(2);
    });

    it('takes the same key of another client, and on another route, for another', async () => {
      const [one, other] = [site.visitor(), site.visitor()];
      const headers = { 'idempotency-key': 'same' };
      const ids = await Promise.all(
        [
          await one.post('/start/steered', 1, headers),
          await other.post('/start/steered', 2, headers),
          await one.post('/start/single', 3, headers),
        ].map(async (answer) => {
          expect([answer.status, answer.headers.get('idempotency-replayed')]).to.deep.equal([202, null]);
          return ((await answer.json()) as WireOperation).id;
        }),
      );
      expect(new Set(ids).size).to.equal(3);
    });

    it('refuses a malformed key, and starts nothing', async () => {
      const refused = await problemOf(await site.visitor().post('/start/steered', {}, { 'idempotency-key': '"a" b' }));
      expect([refused.status, refused.type]).to.deep.equal([400, 'urn:verbena:operations:invalid-key']);
      expect(site.steering.begun).to.equal(0);
    });

    it('answers input that the schema refuses with 422 and the paths, and stores nothing', async () => {
      const visitor = site.visitor();
      const refused = await problemOf(await visitor.post('/start/checked', { names: ['a', 7], count: 'x' }));
      expect([refused.status, refused.type]).to.deep.equal([422, 'urn:verbena:operations:invalid-input']);
      const { errors } = refused.body as { errors: { path: unknown[]; message: string }[] };
      expect(errors.map(({ path }) => path)).to.deep.equal([['names', 1], ['count']]);
      for (const { message } of errors) expect(message).to.be.a('string');
      expect(await (await visitor.get('/operations')).json()).to.deep.equal({ operations: [] });
    });

    for (const headers of [{}, { 'idempotency-key': '"deep"' }] as Record<string, string>[]) {
      it(`answers 422 to what is nested too deeply: ${JSON.stringify(headers)}`, async () => {
        const deep = Buffer.from(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
        const response = await site.visitor().post('/start/steered', deep, headers);
        const { status, type } = await problemOf(response);
        expect([status, type]).to.deep.equal([422, 'urn:verbena:operations:invalid-input']);
      });
    }

    it('answers 429 at the limit of the owner, and says when to try again', async () => {
      const visitor = site.visitor();
      const input = { names: [], count: 1 };
      await visitor.start('checked', input);
      await visitor.start('checked', input);
      const response = await visitor.post('/start/checked', input);
      expect(response.headers.get('retry-after')).to.equal('5');
      const { status, type } = await problemOf(response);
      expect([status, type]).to.deep.equal([429, 'urn:verbena:operations:limit-reached']);
      await site.visitor().start('checked', input);
    });

    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ]) {
      it(`refuses a browser on another site: ${JSON.stringify(headers)}`, async () => {
        const { status, type } = await problemOf(await site.visitor().post('/start/steered', {}, headers));
        expect([status, type]).to.deep.equal([403, 'urn:verbena:operations:cross-site']);
        expect(site.steering.begun).to.equal(0);
      });
    }

    it('takes a browser on the same site', async () => {
      const headers = { origin: site.url, 'sec-fetch-site': 'same-origin' };
      expect((await site.visitor().post('/start/steered', {}, headers)).status).to.equal(202);
    });
  });
}

describe('startOperation', () => {
  it('gives 202 when the time is over that the client would wait, 10 seconds at most', async () => {
    const site = await OperationsSite.open();
    const clock = install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      for (const [prefer, applied, seconds] of [
        ['wait=3', 'wait=3', 3],
        ['wait=3600, respond-async', 'wait=10, respond-async', 10],
        ['respond-async', 'respond-async', 0],
        ['wait=0', null, 0],
      ] as const) {
        let answer: Response | undefined;
        const answering = site
          .visitor()
          .post('/start/steered', {}, { prefer })
          .then((response) => (answer = response));
        if (seconds > 0) {
          await clock.tickAsync(seconds * 1000 - 1);
          expect(answer, prefer).to.equal(undefined);
        }
        await clock.tickAsync(1);
        await answering;
        expect(answer?.status, prefer).to.equal(202);
        expect(answer?.headers.get('preference-applied'), prefer).to.equal(applied);
        expect(answer?.headers.get('retry-after'), prefer).to.equal('1');
      }
    } finally {
      clock.uninstall();
      await site.close();
    }
  });

  it('asks for an owner where the application says whose operations they are', async () => {
    const site = await OperationsSite.open({
      handlers: { ownerOf: ({ request }) => request.headers.get('x-user') ?? undefined },
    });
    const nobody = await problemOf(await site.visitor().post('/start/steered', {}));
    expect([nobody.status, nobody.type]).to.deep.equal([403, 'urn:verbena:operations:no-owner']);
    const own = await site.visitor().post('/start/steered', {}, { 'x-user': 'ann' });
    const { links } = (await own.json()) as WireOperation;
    expect((await site.visitor().get(links.self, { 'x-user': 'ann' })).status).to.equal(200);
    expect((await site.visitor().get(links.self, { 'x-user': 'bob' })).status).to.equal(404);
    expect((await site.visitor().get(links.self)).status).to.equal(404);
    await site.close();
  });

  it('answers 503 within a second while the engine is away, and says when to try again', async () => {
    const site = await OperationsSite.open();
    await site.operations.close({ graceMs: 0 });
    const response = await site.visitor().post('/start/steered', {});
    expect(response.headers.get('retry-after')).to.equal('5');
    const { status, type } = await problemOf(response);
    expect([status, type]).to.deep.equal([503, 'urn:verbena:operations:engine-away']);
    await site.close();
  });

  it('answers 202 where the engine goes away while the client would wait: it was started', async () => {
    const driver = inProcess();
    driver.signal.watch = async () => {
      throw new OperationsError('engine-away', 'not there');
    };
    const site = await OperationsSite.open({ operations: { driver } });
    const visitor = site.visitor();
    const response = await visitor.post('/start/steered', {}, { prefer: 'wait=5' });
    expect(response.status).to.equal(202);
    const { id, links } = (await response.json()) as WireOperation;
    expect(response.headers.get('location')).to.equal(links.self);
    expect(await (await visitor.get(links.self)).json()).to.include({ id });
    await site.close();
  });

  it('answers 202 where operations are closed while the client would wait: it was started', async () => {
    const site: OperationsSite = await OperationsSite.open({
      acts: {
        'POST /begin': (context) =>
          startOperation(context, 'steered', {}, { onStarted: () => site.operations.close({ graceMs: 0 }) }),
      },
    });
    const response = await site.visitor().post('/begin', {}, { prefer: 'wait=5' });
    expect(response.status).to.equal(202);
    expect(await response.json()).to.include({ kind: 'steered', state: 'queued' });
    await site.close();
  });

  it('says what is missing when operations are not reached over HTTP', async () => {
    const { startOperation } = await import('./start-operation.js');
    const { createOperations } = await import('../../index.js');
    const operations = createOperations({ operations: [] });
    const failure: unknown = await startOperation({} as never, 'kind', {}, { operations }).catch(
      (error: unknown) => error,
    );
    expect(String(failure)).to.contain('list operationHandlers(operations)');
    await operations.close();
  });
});
