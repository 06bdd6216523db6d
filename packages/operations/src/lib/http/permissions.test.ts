import { type Clock, install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { hosts } from './hosts.test-support.js';
import { OperationsSite, type SiteOptions, type SiteVisitor } from './operations-site.test-support.js';

const SECRET = 'a secret of thirty-two characters';

for (const [host, serve] of Object.entries(hosts)) {
  describe(`rights over operations, by ${host}`, () => {
    let site: OperationsSite;

    afterEach(async () => {
      await site.close();
      expect(site.errors).to.deep.equal([]);
    });

    async function open(handlers: SiteOptions['handlers']): Promise<SiteVisitor> {
      site = await OperationsSite.open({ serve, handlers: handlers ?? {} });
      return site.visitor();
    }

    async function statuses(
      visitor: SiteVisitor,
      self: string,
      headers: Record<string, string> = {},
    ): Promise<number[]> {
      const answers = [
        await visitor.get(self, headers),
        await visitor.get(`${self}/events`, headers),
        await visitor.get(`${self}/result`, headers),
        await visitor.post(`${self}/cancel`, undefined, headers),
        await visitor.send('DELETE', self, { headers }),
      ];
      for (const answer of answers) await answer.body?.cancel();
      return answers.map(({ status }) => status);
    }

    it('let others look whom canView admits, and cancel whom canCancel admits, asked for each request', async () => {
      const asked: string[] = [];
      const owner = await open({
        canView: ({ request }, { id, kind }) => {
          asked.push(`${kind} ${id}`);
          return request.headers.has('x-team');
        },
        canCancel: async ({ request }) => request.headers.get('x-team') === 'lead',
      });
      const { id, links } = await owner.start();
      await site.steering.of(id);
      const other = site.visitor();
      expect(await statuses(other, links.self)).to.deep.equal([404, 404, 404, 404, 404]);
      expect(await statuses(other, links.self, { 'x-team': 'member' })).to.deep.equal([200, 200, 409, 403, 403]);
      expect(asked).to.deep.equal(Array.from({ length: 10 }, () => `steered ${id}`));
      expect(await statuses(other, links.self, { 'x-team': 'lead' })).to.deep.equal([200, 200, 409, 202, 403]);
      expect(await (await other.get('/operations', { 'x-team': 'lead' })).json()).to.deep.equal({ operations: [] });
      expect(asked).to.have.length(15);
    });

    describe('shared by a token', () => {
      it('are to look at, with the token in a header', async () => {
        const owner = await open({ shareSecret: SECRET });
        const [shared, kept] = [await owner.start(), await owner.start()];
        await site.steering.of(shared.id);
        const token = await (await owner.post(`/share/${shared.id}`)).text();
        const stranger = site.visitor();
        const headers = { 'operation-token': token };
        expect(await statuses(stranger, shared.links.self, headers)).to.deep.equal([200, 200, 409, 403, 403]);
        expect(await statuses(stranger, kept.links.self, headers)).to.deep.equal([404, 404, 404, 404, 404]);
        expect((await stranger.get(`${shared.links.self}?operation-token=${token}`)).status).to.equal(404);
        expect((await stranger.get(shared.links.self, { 'operation-token': `${token}x` })).status).to.equal(404);
        expect((await stranger.post(`/share/${shared.id}`, undefined, headers)).status).to.equal(403);
      });

      it('are to look at by a page that has exchanged the token for a cookie, which goes nowhere else', async () => {
        const owner = await open({ shareSecret: [`${SECRET}, the next`, SECRET] });
        const { id, links } = await owner.start();
        const token = await (await owner.post(`/share/${id}`)).text();
        const stranger = site.visitor();
        const refused = await stranger.post(`${links.self}/share`, undefined, { 'operation-token': 'none' });
        expect([refused.status, refused.headers.getSetCookie()]).to.deep.equal([404, []]);
        const kept = await stranger.post(`${links.self}/share`, undefined, { 'operation-token': token });
        expect(kept.status).to.equal(204);
        const [cookie = ''] = kept.headers.getSetCookie();
        expect(cookie).to.match(/^verbena\.share=/);
        for (const part of [`Path=${links.self}`, 'HttpOnly', 'SameSite=Lax']) expect(cookie).to.contain(part);
        expect(cookie).to.match(/Max-Age=(?:[45]\d|60)(?:;|$)/);
        const events = await stranger.watch(links.events);
        expect((await events.news())?.data).to.include({ id });
        await events.leave();
      });

      it('are not there at all where nothing is shared', async () => {
        const owner = await open({});
        const { links } = await owner.start();
        expect((await owner.post(`${links.self}/share`, undefined, { 'operation-token': 'x' })).status).to.equal(404);
        expect((await owner.get(links.self, { 'operation-token': 'x' })).status).to.equal(200);
      });
    });

    describe('that end', () => {
      let clock: Clock;

      beforeEach(() => {
        clock = install({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'], now: Date.now() });
      });

      afterEach(() => clock.uninstall());

      it('end an open stream within a minute', async () => {
        const owner = await open({ shareSecret: SECRET });
        const { id, links } = await owner.start();
        const token = await (await owner.post(`/share/${id}`)).text();
        const stranger = await site.visitor().watch(links.events, { 'operation-token': token });
        let isOver = false;
        const over = stranger.rest().then(() => (isOver = true));
        for (let second = 0; second < 130; second += 1) {
          clock.tick(1000);
          for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
          if (second === 58) expect(isOver).to.equal(false);
        }
        await over;
        expect((await site.visitor().get(links.self, { 'operation-token': token })).status).to.equal(404);
      });
    });
  });
}

describe('operationHandlers', () => {
  it('refuse a secret that is too short, and a base that is no path', async () => {
    const { operationHandlers } = await import('../../http.js');
    const site = await OperationsSite.open();
    expect(() => operationHandlers(site.operations, { shareSecret: 'short' })).to.throw(RangeError, '32 characters');
    for (const basePath of ['operations', '/', '/a/', '/:id', '/a b', '/**']) {
      expect(() => operationHandlers(site.operations, { basePath }), basePath).to.throw(TypeError, 'basePath');
    }
    await site.close();
  });

  it('say what is missing where something is to be shared without a secret', async () => {
    const site = await OperationsSite.open();
    const visitor = site.visitor();
    const { id } = await visitor.start();
    expect((await visitor.post(`/share/${id}`)).status).to.equal(500);
    expect(String(site.errors[0])).to.contain('shareSecret');
    await site.close();
  });

  it('stand elsewhere where the application says so, and links lead there', async () => {
    const site = await OperationsSite.open({ handlers: { basePath: '/api/jobs', maxStreams: 1 } });
    const visitor = site.visitor();
    const { id, links } = await visitor.start();
    expect(links.stream).to.equal('/api/jobs/events');
    const events = await visitor.watch(links.events);
    expect((await events.news())?.data?.['links']).to.deep.equal(links);
    expect((await site.visitor().get(links.self)).status).to.equal(404);
    const full = await visitor.get(`${links.stream}?id=${id}`);
    expect([full.status, full.headers.get('retry-after')]).to.deep.equal([503, '10']);
    await events.leave();
    await site.close();
  });

  for (const [scheme, forwarded, origin, status] of [
    ['http', {}, 'https://host', 202],
    ['https', {}, 'http://host', 403],
    ['https', {}, 'https://host', 202],
    ['http', {}, 'http://host:81', 403],
    ['http', {}, 'https://admin.example', 202],
    ['http', { 'sec-fetch-site': 'cross-site' }, 'https://admin.example', 202],
    ['http', {}, 'https://admin.example.evil', 403],
    ['http', {}, 'not an origin', 403],
    ['http', {}, 'ftp://host', 403],
  ] as const) {
    it(`answer ${status} to a start from ${origin} at ${scheme}://host`, async () => {
      const site = await OperationsSite.open({
        handlers: { allowedOrigins: ['https://admin.example'] },
        serve: async (app) => ({ url: `${scheme}://host`, fetch: app.fetch, close: async () => {} }),
      });
      expect((await site.visitor().post('/start/steered', {}, { ...forwarded, origin })).status).to.equal(status);
      await site.close();
    });
  }
});
