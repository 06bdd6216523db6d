import { expect } from 'chai';
import { OperationFailure } from '../../index.js';
import { newOperationId } from '../operation-id.js';
import { hosts } from './hosts.test-support.js';
import { OperationsSite, type SiteVisitor } from './operations-site.test-support.js';
import type { WireOperation } from './wire-view.js';

/** What is no id, of every kind a stranger might try. */
const MALFORMED: readonly string[] = [
  '7',
  '0123456789',
  'a:b:c',
  '..%2Fx',
  '%00',
  'op_%00aaaaaaaaaaaaaaaaaaaaa',
  '__proto__',
  'constructor',
  'toString',
  'op_',
  `op_${'a'.repeat(10_000)}`,
  'op_%0d%0aevent:%20gone',
  'op_ääääääääääääääääääääää',
  '%F0%9F%92%A5',
  `op_${'a'.repeat(22)}`,
  'OP_AAAAAAAAAAAAAAAAAAAAAA',
];

/** Everything that can be asked of one operation. */
const ASKED: readonly (readonly [verb: string, suffix: string])[] = [
  ['GET', ''],
  ['GET', '/events'],
  ['POST', '/cancel'],
  ['GET', '/result'],
  ['DELETE', ''],
];

/** An answer, to be compared with another. */
async function bytesOf(response: Response): Promise<object> {
  const headers = [...response.headers].filter(([name]) => !['date', 'keep-alive', 'connection'].includes(name));
  return { status: response.status, headers, text: await response.text() };
}

for (const [host, serve] of Object.entries(hosts)) {
  describe(`operationHandlers, by ${host}`, () => {
    let site: OperationsSite;
    let visitor: SiteVisitor;

    beforeEach(async () => {
      site = await OperationsSite.open({ serve });
      visitor = site.visitor();
    });

    afterEach(async () => {
      await site.close();
      expect(site.errors.filter((error) => !(error instanceof Error && error.message === 'broken'))).to.deep.equal([]);
    });

    async function problemOf(answer: Promise<Response>): Promise<unknown[]> {
      const response = await answer;
      expect(response.headers.get('content-type')).to.equal('application/problem+json');
      return [
        response.status,
        ((await response.json()) as { type: string }).type.replace('urn:verbena:operations:', ''),
      ];
    }

    /** Starts an operation and brings it to its end. */
    async function ended(result?: unknown): Promise<WireOperation> {
      const operation = await visitor.start();
      (await site.steering.of(operation.id)).finish(result);
      await (await visitor.watch(operation.links.events)).rest();
      return operation;
    }

    describe('GET /operations/:id', () => {
      it('shows every state with 200, and when to ask again while it may change', async () => {
        const waiting = [await visitor.start('single'), await visitor.start('single')];
        await site.single.of(waiting[0]?.id ?? '');
        const seen: unknown[] = [];
        const look = async ({ links }: WireOperation): Promise<void> => {
          const response = await visitor.get(links.self);
          expect(response.headers.get('cache-control')).to.equal('private, no-cache');
          const { state, seq } = (await response.json()) as WireOperation;
          expect(response.headers.get('etag')).to.equal(`"${seq}"`);
          seen.push([response.status, state, response.headers.get('retry-after')]);
        };
        for (const operation of waiting) await look(operation);
        await look(await ended());
        const failing = await visitor.start();
        (await site.steering.of(failing.id)).fail(new Error('broken'));
        await (await visitor.watch(failing.links.events)).rest();
        await look(failing);
        expect(seen).to.deep.equal([
          [200, 'running', '1'],
          [200, 'queued', '5'],
          [200, 'succeeded', null],
          [200, 'failed', null],
        ]);
        const { error } = (await (await visitor.get(failing.links.self)).json()) as WireOperation;
        expect(JSON.stringify(error)).to.not.contain('broken');
      });

      it('is 304 for who has it already, until it changes', async () => {
        const { id, links } = await visitor.start();
        const work = await site.steering.of(id);
        const tag = (await visitor.get(links.self)).headers.get('etag') ?? '';
        for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
          const response = await visitor.get(links.self, { 'if-none-match': known });
          expect([response.status, response.headers.get('etag'), await response.text()], known).to.deep.equal([
            304,
            tag,
            '',
          ]);
        }
        expect((await visitor.get(links.self, { 'if-none-match': '"0"' })).status).to.equal(200);
        work.finish();
        await (await visitor.watch(links.events)).rest();
        expect((await visitor.get(links.self, { 'if-none-match': tag })).status).to.equal(200);
      });
    });

    it('answers what is no id, an unknown one and another client’s with the same bytes, whatever is asked', async () => {
      const { id, links } = await visitor.start();
      const [stranger, newcomer] = [site.visitor(), site.visitor()];
      await stranger.start();
      for (const [verb, suffix] of ASKED) {
        const unknown = await bytesOf(await stranger.send(verb, `/operations/${newOperationId()}${suffix}`));
        expect(unknown, verb + suffix).to.deep.include({ status: 404 });
        expect(await bytesOf(await stranger.send(verb, `/operations/${id}${suffix}`)), verb + suffix).to.deep.equal(
          unknown,
        );
        expect(await bytesOf(await newcomer.send(verb, `/operations/${id}${suffix}`)), verb + suffix).to.deep.equal(
          unknown,
        );
        for (const malformed of MALFORMED) {
          const answer = await bytesOf(await stranger.send(verb, `/operations/${malformed}${suffix}`));
          expect(answer, `${verb} ${malformed}${suffix}`.slice(0, 60)).to.deep.equal(unknown);
        }
      }
      expect(await (await stranger.get(`/operations?cursor=${id}`)).text()).to.not.contain(id);
      expect((await visitor.get(links.self)).status).to.equal(200);
    });

    describe('GET /operations', () => {
      it('lists one’s own, newest first, and what is asked for alone', async () => {
        await site.visitor().start();
        const first = await ended('one');
        const second = await visitor.start();
        await site.steering.of(second.id);
        const third = await visitor.start('stubborn');
        await site.stubborn.of(third.id);
        const list = async (query: string): Promise<string[]> => {
          const response = await visitor.get(`/operations${query}`);
          expect(response.headers.get('cache-control')).to.equal('private, no-cache');
          return ((await response.json()) as { operations: WireOperation[] }).operations.map(({ id }) => id);
        };
        expect(await list('')).to.deep.equal([third.id, second.id, first.id]);
        expect(await list('?state=running')).to.deep.equal([third.id, second.id]);
        expect(await list('?kind=stubborn')).to.deep.equal([third.id]);
        expect(await list('?kind=__proto__')).to.deep.equal([]);
        expect(await list('?state=&kind=&cursor='), 'as forms send it').to.have.length(3);
        expect(await problemOf(visitor.get('/operations?state=constructor'))).to.deep.equal([400, 'invalid-query']);
      });

      it('goes on where a list ended, 50 at a time', async () => {
        const ids: string[] = [];
        for (let count = 0; count < 53; count += 1) ids.unshift((await visitor.start()).id);
        const first = (await (await visitor.get('/operations')).json()) as {
          operations: WireOperation[];
          next: string;
        };
        expect(first.operations.map(({ id }) => id)).to.deep.equal(ids.slice(0, 50));
        const path = `/operations?cursor=${encodeURIComponent(first.next)}`;
        const rest = (await (await visitor.get(path)).json()) as { operations: WireOperation[]; next?: string };
        expect(rest.operations.map(({ id }) => id)).to.deep.equal(ids.slice(50));
        expect(rest).to.not.have.property('next');
      });

      for (const cursor of ['x', '__proto__', '-1', 'NaN', '%00', '9'.repeat(400)]) {
        it(`takes a cursor that is none: ${cursor.slice(0, 12)}`, async () => {
          await visitor.start();
          expect((await visitor.get(`/operations?cursor=${cursor}`)).status).to.be.oneOf([200, 400]);
        });
      }
    });

    describe('POST /operations/:id/cancel', () => {
      it('cancels what waits at once and has what runs stop', async () => {
        const [running, waiting] = [await visitor.start('single'), await visitor.start('single')];
        const { operation } = await site.single.of(running.id);
        const atOnce = await visitor.post(waiting.links.cancel);
        expect([atOnce.status, ((await atOnce.json()) as WireOperation).state]).to.deep.equal([200, 'cancelled']);
        const asked = await visitor.post(running.links.cancel);
        expect([asked.status, ((await asked.json()) as WireOperation).state]).to.deep.equal([202, 'cancelling']);
        const events = await (await visitor.watch(running.links.events)).rest();
        expect(events.at(-1)?.data).to.include({ state: 'cancelled' });
        expect(operation.signal.aborted).to.equal(true);
        const again = await visitor.post(running.links.cancel);
        expect([again.status, ((await again.json()) as WireOperation).state]).to.deep.equal([200, 'cancelled']);
        expect(site.single.begun).to.equal(1);
      });

      it('is 409 for what has finished, with the record, and for what cannot be cancelled', async () => {
        const operation = await ended();
        const response = await visitor.post(operation.links.cancel);
        expect(response.status).to.equal(409);
        const body = (await response.json()) as { type: string; operation: WireOperation };
        expect(body.type).to.equal('urn:verbena:operations:already-finished');
        expect(body.operation).to.include({ id: operation.id, state: 'succeeded' });
        const stubborn = await visitor.start('stubborn');
        expect(await problemOf(visitor.post(stubborn.links.cancel))).to.deep.equal([409, 'not-cancellable']);
        const view = (await (await visitor.get(stubborn.links.self)).json()) as WireOperation;
        expect(view).to.include({ cancellable: false }).and.to.not.have.property('cancelRequestedAt');
      });

      it('is refused to other sites, before anything is looked up', async () => {
        const { links, id } = await visitor.start();
        for (const path of [links.cancel, '/operations/nonsense/cancel']) {
          const forged = visitor.send('POST', path, {
            headers: { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' },
          });
          expect(await problemOf(forged)).to.deep.equal([403, 'cross-site']);
        }
        expect(
          await problemOf(visitor.send('DELETE', links.self, { headers: { origin: 'https://evil.example' } })),
        ).to.deep.equal([403, 'cross-site']);
        expect((await site.steering.of(id)).operation.signal.aborted).to.equal(false);
      });
    });

    describe('GET /operations/:id/result', () => {
      it('gives what the handler returned as JSON, also text that looks like something else', async () => {
        for (const result of [{ a: [1, null] }, '<h1>text</h1>', null, 0, false, { ['__proto__']: 1 }]) {
          const response = await visitor.get((await ended(result)).links.result);
          expect([response.status, response.headers.get('content-type')]).to.deep.equal([200, 'application/json']);
          expect(await response.text()).to.equal(JSON.stringify(result));
        }
        expect((await visitor.get((await ended()).links.result)).status).to.equal(204);
      });

      it('is 409 until there is one, and tells why there will be none', async () => {
        const running = await visitor.start();
        const early = await visitor.get(running.links.result);
        expect(early.headers.get('retry-after')).to.equal('1');
        expect(await problemOf(Promise.resolve(early))).to.deep.equal([409, 'not-finished']);
        (await site.steering.of(running.id)).fail(
          new OperationFailure('customer-unknown', { detail: 'Nobody by that name' }),
        );
        await (await visitor.watch(running.links.events)).rest();
        const failed = await visitor.get(running.links.result);
        expect([failed.status, failed.headers.get('content-type')]).to.deep.equal([409, 'application/problem+json']);
        expect(await failed.json()).to.include({
          code: 'customer-unknown',
          detail: 'Nobody by that name',
          status: 409,
        });
        const cancelled = await visitor.start();
        await site.steering.of(cancelled.id);
        await visitor.post(cancelled.links.cancel);
        await (await visitor.watch(cancelled.links.events)).rest();
        expect(await problemOf(visitor.get(cancelled.links.result))).to.deep.equal([409, 'no-result']);
      });
    });

    describe('DELETE /operations/:id', () => {
      it('forgets what has come to its end: 410 afterwards to its owner, and not listed', async () => {
        const { links } = await ended();
        const forgotten = await visitor.send('DELETE', links.self);
        expect([forgotten.status, await forgotten.text()]).to.deep.equal([204, '']);
        for (const [verb, suffix] of ASKED) {
          expect(await problemOf(visitor.send(verb, links.self + suffix)), verb + suffix).to.deep.equal([
            410,
            'forgotten',
          ]);
        }
        expect(await problemOf(site.visitor().get(links.self))).to.deep.equal([404, 'not-found']);
        expect(await (await visitor.get('/operations')).json()).to.deep.equal({ operations: [] });
      });

      it('is no cancelling: 409 while it is under way', async () => {
        const { id, links } = await visitor.start();
        expect(await problemOf(visitor.send('DELETE', links.self))).to.deep.equal([409, 'not-finished']);
        expect((await site.steering.of(id)).operation.signal.aborted).to.equal(false);
      });
    });

    it('stay visible when somebody signs in, which gives the session another identity', async () => {
      const { links } = await visitor.start();
      const before = [...visitor.cookies.values()].join();
      await visitor.post('/login');
      expect([...visitor.cookies.values()].join()).to.not.equal(before);
      expect((await visitor.get(links.self)).status).to.equal(200);
      await visitor.post('/leave');
      expect((await visitor.get(links.self)).status).to.equal(404);
    });
  });
}
