import { expect } from 'chai';
import { koa, stop } from './operations-over-http.js';
import { Client } from './testing/client.js';
import { type LocalServer, serve } from './testing/local-server.js';

describe('samples/operations-over-http', () => {
  let server: LocalServer;
  before(async () => {
    server = await serve(koa);
  });
  after(async () => {
    await stop();
    await server.close();
  });

  const start = (client: Client, year: unknown, headers: Record<string, string> = {}) =>
    client.fetch('/exports', {
      method: 'POST',
      body: JSON.stringify({ year }),
      headers: { 'content-type': 'application/json', ...headers },
    });

  it('starts, shows the way, and tells to the end', async () => {
    const ann = new Client(server.url);
    const started = await start(ann, 2026);
    expect(started.status).to.equal(202);
    const events = await (await ann.fetch(`${started.headers.get('location')}/events`)).text();
    expect(events).to.match(/^retry: \d+\n/);
    expect(events).to.contain('"state":"succeeded"').and.to.contain('"result":{"year":2026,"months":12}');
    const waited = await start(ann, 2025, { prefer: 'wait=10' });
    expect([waited.status, ((await waited.json()) as { state: string }).state]).to.deep.equal([200, 'succeeded']);
    expect((await start(ann, 'last')).status).to.equal(422);
  });

  it('says nothing of a tab that was closed, and everything of other errors', () => {
    const said: unknown[] = [];
    const { error: say } = console;
    console.error = (error: unknown) => said.push(error);
    const [left, broken] = [Object.assign(new Error(), { code: 'ERR_STREAM_PREMATURE_CLOSE' }), new Error()];
    try {
      for (const error of [left, broken]) koa.emit('error', error);
    } finally {
      console.error = say;
    }
    expect(said).to.deep.equal([broken]);
  });

  it('shows it to others by a link alone, and to nobody once the session has ended', async () => {
    const ann = new Client(server.url);
    const { id, links } = (await (await start(ann, 2026)).json()) as { id: string; links: { self: string } };
    const link = await (await ann.fetch(`/exports/${id}/link`, { method: 'POST' })).text();
    const token = link.slice(link.indexOf('#') + 1).split('/')[1] ?? '';
    const ben = new Client(server.url);
    expect((await ben.fetch(links.self)).status).to.equal(404);
    const kept = await ben.fetch(`${links.self}/share`, { method: 'POST', headers: { 'operation-token': token } });
    expect(kept.status).to.equal(204);
    expect((await ben.fetch(links.self)).status).to.equal(200);
    await ann.fetch('/sign-out', { method: 'POST' });
    expect((await ann.fetch(links.self)).status).to.equal(404);
  });
});
