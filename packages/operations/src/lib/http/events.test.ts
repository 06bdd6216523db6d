import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, install } from '@sinonjs/fake-timers';
import type { HttpResponse } from '@verbena/core';
import { expect } from 'chai';
import { newOperationId } from '../operation-id.js';
import { EventReader, type ReadFrame } from './event-reader.test-support.js';
import { hosts } from './hosts.test-support.js';
import { OperationsSite, type SiteVisitor } from './operations-site.test-support.js';

for (const [host, serve] of Object.entries(hosts)) {
  describe(`event streams of operationHandlers, by ${host}`, () => {
    let site: OperationsSite;
    let visitor: SiteVisitor;

    beforeEach(async () => {
      site = await OperationsSite.open({ serve });
      visitor = site.visitor();
    });

    afterEach(async () => {
      await site.close();
      expect(site.errors).to.deep.equal([]);
    });

    async function problemOf(answer: Promise<Response>): Promise<unknown[]> {
      const response = await answer;
      return [
        response.status,
        ((await response.json()) as { type: string }).type.replace('urn:verbena:operations:', ''),
      ];
    }

    describe('GET /operations/:id/events', () => {
      it('begins with a snapshot, tells progress, and ends with the terminal state', async () => {
        const { id, links } = await visitor.start();
        const work = await site.steering.of(id);
        const response = await visitor.get(links.events, { accept: 'text/event-stream' });
        expect(response.headers.get('content-type')).to.equal('text/event-stream');
        expect(response.headers.get('cache-control')).to.equal('no-cache, no-transform');
        expect(response.headers.get('x-accel-buffering')).to.equal('no');
        const events = new EventReader(response);
        expect((await events.next())?.retry).to.be.within(1500, 2500);
        const snapshot = await events.next();
        expect(snapshot).to.include({ event: 'state' });
        expect(snapshot?.data).to.include({ id, kind: 'steered', state: 'running' });
        expect(snapshot?.id).to.equal(String(snapshot?.data?.seq));
        work.operation.report({ done: 1, total: 4 });
        const progress = await events.news();
        expect(progress?.event).to.equal('progress');
        expect(progress?.data?.['progress']).to.deep.include({ value: 0.25, done: 1, total: 4 });
        expect(Object.keys(progress?.data ?? {})).to.deep.equal(['id', 'seq', 'attempt', 'progress']);
        work.finish({ imported: 7 });
        const rest = await events.rest();
        expect(rest.at(-1)?.data).to.deep.include({ state: 'succeeded', result: { imported: 7 } });
        expect(rest.filter(({ data }) => data?.state === 'succeeded')).to.have.length(1);
      });

      it('stays well-formed whatever a handler says', async () => {
        const { id, links } = await visitor.start();
        const work = await site.steering.of(id);
        const events = await visitor.watch(links.events);
        await events.news();
        work.operation.report({
          value: 0.5,
          message: 'a\r\nevent: gone\r\n\r\ndata: {}\n\n',
          phase: '\u2028\u0000\r\rid: 9',
        });
        const { event, data } = (await events.news()) ?? {};
        expect(event).to.equal('progress');
        expect(data).to.have.nested.property('progress.message').that.contains('event: gone');
        work.finish();
        await events.rest();
        expect(events.raw.match(/^event: gone$/gm)).to.equal(null);
      });

      it('shows where it stands to a client that comes back, whatever it says it saw last', async () => {
        const { id, links } = await visitor.start();
        const work = await site.steering.of(id);
        for (const last of ['1', '0', '-1', '999999', '9'.repeat(5000), 'x', '1e3', '"2"', '__proto__']) {
          const events = await visitor.watch(links.events, { 'last-event-id': last });
          expect((await events.news())?.data, last).to.include({ id, state: 'running' });
          await events.leave();
        }
        work.finish();
        const events = await (await visitor.watch(links.events)).rest();
        const final = events.at(-1)?.id ?? '';
        const over = await visitor.get(links.events, { 'last-event-id': final });
        expect([over.status, await over.text(), over.headers.get('content-type')]).to.deep.equal([204, '', null]);
        const behind = await (await visitor.watch(links.events, { 'last-event-id': String(Number(final) - 1) })).rest();
        expect(behind.map(({ data }) => data?.state)).to.deep.equal(['succeeded']);
      });

      it('is 406 where the client takes no event stream', async () => {
        const { links } = await visitor.start();
        expect((await visitor.get(links.events, { accept: 'application/json' })).status).to.equal(406);
      });

      it('lets go when the client leaves, and opens none for HEAD', async () => {
        const { links } = await visitor.start();
        for (let count = 0; count < 30; count += 1) {
          const events = await visitor.watch(links.events);
          await events.next();
          await events.leave();
          expect((await visitor.send('HEAD', links.events)).status).to.equal(200);
        }
      });

      it('is 429 above the streams of one owner, and not for another', async () => {
        const { links } = await visitor.start();
        const open = await Promise.all(Array.from({ length: 20 }, () => visitor.watch(links.events)));
        const response = await visitor.get(links.events);
        expect(response.headers.get('retry-after')).to.equal('5');
        expect(await problemOf(Promise.resolve(response))).to.deep.equal([429, 'too-many-streams']);
        const other = site.visitor();
        await other.watch((await other.start()).links.events);
        for (const events of open) await events.leave();
      });
    });

    describe('GET /operations/events', () => {
      it('shows several operations, each by its id, and ends with the last of them', async () => {
        const operations = [await visitor.start(), await visitor.start(), await visitor.start()];
        const works = await Promise.all(operations.map(({ id }) => site.steering.of(id)));
        const stranger = await site.visitor().start();
        const foreign = [stranger.id, newOperationId(), '../x\r\nevent: state', '__proto__'];
        const ids = [...operations.map(({ id }) => id), operations[0]?.id ?? '', ...foreign];
        const query = ids.map((id) => `id=${encodeURIComponent(id)}`).join('&');
        const events = await visitor.watch(`/operations/events?${query}`);
        const first = new Map<string | undefined, unknown>();
        for (let count = 0; count < 7; count += 1) {
          const { event, data } = (await events.news()) ?? {};
          first.set(data?.id, event);
        }
        expect(Object.fromEntries(first)).to.deep.equal({
          ...Object.fromEntries(operations.map(({ id }) => [id, 'state'])),
          ...Object.fromEntries(foreign.slice(0, 3).map((id) => [id, 'gone'])),
          ['__proto__']: 'gone',
        });
        for (const work of works) work.finish();
        const ended = (await events.rest())
          .filter(({ data }) => data?.state === 'succeeded')
          .map(({ data }) => data?.id);
        expect(ended).to.have.members(operations.map(({ id }) => id));
      });

      it('sends a client that comes back what it does not have, and nothing when that is all', async () => {
        const [one, two] = [await visitor.start(), await visitor.start()];
        for (const { id } of [one, two]) (await site.steering.of(id)).finish();
        const query = `id=${one.id}&id=${two.id}`;
        const seen = await (await visitor.watch(`/operations/events?${query}`)).rest();
        const have = new Map(seen.map(({ data }) => [data?.id, data?.seq]));
        const partly = await visitor.watch(
          `/operations/events?${query}&have=${one.id}:${have.get(one.id)}&have=x&have=:1&have=a:b`,
        );
        expect((await partly.rest()).map(({ data }) => data?.id)).to.deep.equal([two.id]);
        const all = [one, two].map(({ id }) => `have=${id}:${have.get(id)}`).join('&');
        expect((await visitor.get(`/operations/events?${query}&${all}`)).status).to.equal(204);
      });

      it('wants 1 to 50 ids', async () => {
        expect(await problemOf(visitor.get('/operations/events'))).to.deep.equal([400, 'invalid-query']);
        const many = (count: number): string => Array.from({ length: count }, () => `id=${newOperationId()}`).join('&');
        expect(await problemOf(visitor.get(`/operations/events?${many(51)}`))).to.deep.equal([400, 'invalid-query']);
        expect(await (await visitor.watch(`/operations/events?${many(50)}`)).rest()).to.have.length(50);
      });
    });

    describe('as time goes by', () => {
      let clock: Clock;

      beforeEach(() => {
        clock = install({ toFake: ['setInterval', 'clearInterval', 'performance'] });
      });

      afterEach(() => clock.uninstall());

      /** Lets time pass, and sockets carry what is sent in it. */
      async function pass(seconds: number): Promise<void> {
        for (let second = 0; second < seconds; second += 1) {
          clock.tick(1000);
          for (let turns = 0; turns < 5; turns += 1) await turn();
        }
      }

      it('end at once when somebody signs out, and no other', async () => {
        const stranger = site.visitor();
        const others = new Following(await stranger.watch((await stranger.start()).links.events));
        const own = new Following(await visitor.watch((await visitor.start()).links.events));
        await visitor.post('/logout');
        await own.over;
        await pass(30);
        expect(others.isOver).to.equal(false);
      });

      it('end within a minute when the session has ended, and no other', async () => {
        const stranger = site.visitor();
        const others = new Following(await stranger.watch((await stranger.start()).links.events));
        const { links } = await visitor.start();
        const own = new Following(await visitor.watch(links.events));
        await pass(61);
        expect(own.isOver).to.equal(false);
        await visitor.post('/leave');
        await pass(61);
        await own.over;
        expect([own.isOver, others.isOver]).to.deep.equal([true, false]);
        expect(others.frames.filter(({ isComment }) => isComment).length).to.be.within(7, 9);
        expect((await visitor.get(links.events)).status).to.equal(404);
      });
    });

    it('are broken off by response.close() while their client takes nothing', async () => {
      const closing: HttpResponse[] = [];
      const endless = await OperationsSite.open({
        serve,
        acts: {
          'GET /endless': ({ response }) => {
            closing.push(response);
            return (async function* () {
              for (;;) yield 'x'.repeat(65_536);
            })();
          },
        },
      });
      const stalled = await endless.visitor().get('/endless');
      const reader = stalled.body?.getReader();
      await reader?.read();
      // By now the buffers of both ends are full, or soon will be.
      for (let turns = 0; turns < 100; turns += 1) await turn();
      closing[0]?.close();
      const outcome = await (async (): Promise<string> => {
        for (;;) if ((await reader?.read())?.done === true) return 'ended';
      })().catch(() => 'broken');
      expect(outcome).to.equal('broken');
      expect(endless.errors).to.deep.equal([]);
      await endless.close();
    });
  });
}

/** A client that takes what comes, as it comes. */
class Following {
  readonly frames: ReadFrame[] = [];
  isOver = false;
  /** Settles at the end of the stream. */
  readonly over: Promise<void>;

  constructor(reader: EventReader) {
    this.over = this.#follow(reader);
    // At the end of a test its server breaks connections off.
    this.over.catch(() => {});
  }

  async #follow(reader: EventReader): Promise<void> {
    for (let frame = await reader.next(); frame !== undefined; frame = await reader.next()) this.frames.push(frame);
    this.isOver = true;
  }
}
