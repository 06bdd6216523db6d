import { expect } from 'chai';
import { type LocalServer, serve } from './testing/local-server.js';
import { cancelAndWait, follow } from './watching-operations.js';

describe('samples/watching-operations', () => {
  let server: LocalServer;
  let state: string;

  beforeEach(async () => {
    state = 'running';
    server = await serve({
      callback: () => (request, response) => {
        if (request.url?.startsWith('/missing')) return response.writeHead(404).end();
        if (request.url?.endsWith('/events')) return response.writeHead(503).end();
        if (request.method === 'POST') state = 'cancelled';
        response.setHeader('retry-after', '0.02');
        response.end(JSON.stringify(record(state)));
        if (request.method === 'GET') state = 'succeeded';
      },
    });
  });

  afterEach(() => server.close());

  it('shows an operation as it goes on, to its end', async () => {
    const shown: string[] = [];
    await follow(`${server.url}/operations/7`, (text) => shown.push(text));

    expect(shown).to.deep.equal(['running, 50 %', 'succeeded, 100 %']);
  });

  it('says that there is no such operation', async () => {
    const shown: string[] = [];
    await follow(`${server.url}/missing`, (text) => shown.push(text));

    expect(shown).to.deep.equal(['No longer known']);
  });

  it('tells how a cancelled operation ended', async () => {
    expect(await cancelAndWait(`${server.url}/operations/7`)).to.be.oneOf(['cancelled', 'succeeded']);
  });

  function record(now: string): object {
    const self = '/operations/7';
    const [seq, value] = now === 'running' ? [1, 0.5] : [2, 1];
    const links = { self, events: `${self}/events`, cancel: `${self}/cancel`, result: `${self}/result` };
    return { id: '7', kind: 'import', state: now, seq, attempt: 1, progress: { value }, cancellable: true, links };
  }
});
