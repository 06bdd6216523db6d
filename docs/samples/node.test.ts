import { request } from 'node:http';
import { once } from 'node:events';
import { expect } from 'chai';
import { Client } from './testing/client.js';
import { serve } from './testing/local-server.js';

describe('samples/node', () => {
  const { log } = console;
  const { PORT } = process.env;
  const logged: unknown[] = [];
  let sample: typeof import('./node.js');

  before(async () => {
    process.env['PORT'] = '0';
    console.log = (line) => logged.push(line);
    sample = await import('./node.js');
  });

  after(async () => {
    console.log = log;
    if (PORT === undefined) delete process.env['PORT'];
    else process.env['PORT'] = PORT;
    await sample.server.close();
  });

  it('answers where it says', async () => {
    expect(logged).to.deep.equal([`Ready on ${sample.server.url}`]);
    const client = new Client(sample.server.url);
    await client.fetch('/visits');
    const response = await client.fetch('/visits', { headers: { connection: 'close' } });

    expect(await response.json()).to.deep.equal({ visits: 2, httpVersion: '1.1' });
  });

  it('answers under a server of its own, behind a proxy', async () => {
    const own = await serve({ callback: () => sample.ownServer.listeners('request')[0] as () => void });
    const sent = request(`${own.url}/visits`, { headers: { 'x-forwarded-proto': 'https' }, agent: false }).end();
    const [message] = (await once(sent, 'response')) as [{ headers: Record<string, string[]>; resume(): void }];
    message.resume();

    expect(message.headers['set-cookie']?.[0]).to.match(/; Secure/);
    await own.close();
  });
});
