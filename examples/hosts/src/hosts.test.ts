import { execFileSync } from 'node:child_process';
import { requireProgram } from '@verbena/test-programs';
import { expect } from 'chai';
import { type RunningHost, startHost } from './running-host.js';

/** What a client sees of an answer. */
interface Seen {
  readonly status: number;
  readonly type: string | null;
  readonly allow?: string | null;
  readonly text: string;
}

async function ask(url: string, init: RequestInit = {}): Promise<Seen> {
  const response = await fetch(url, init);
  const { status, headers } = response;
  const seen = { status, type: headers.get('content-type'), text: await response.text() };
  return headers.has('allow') ? { ...seen, allow: headers.get('allow') } : seen;
}

/** How each host is started. */
const hosts: Readonly<Record<string, (test: Mocha.Context) => Promise<RunningHost>>> = {
  koa: () => startOnNode('koa.js'),
  express: () => startOnNode('express.js'),
  fastify: () => startOnNode('fastify.js'),
  node: () => startOnNode('node.js'),
  hono: () => startOnNode('hono.js'),
  bun: (test) => startHost(requireProgram(test, 'bun'), ['dist/edge.js'], { PORT: '0' }),
  deno: (test) =>
    startHost(requireProgram(test, 'deno'), [
      'serve',
      '--allow-all',
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      'dist/edge.js',
    ]),
  async worker(test) {
    const [esbuild, workerd] = [requireProgram(test, 'esbuild'), requireProgram(test, 'workerd')];
    const folder = new URL('..', import.meta.url);
    execFileSync(esbuild, ['dist/edge.js', '--bundle', '--format=esm', '--outfile=dist/worker.js'], {
      cwd: folder,
      stdio: 'pipe',
    });
    return startHost(workerd, ['serve', 'worker.capnp', '--socket-addr', 'http=127.0.0.1:0', '--control-fd', '1']);
  },
};

function startOnNode(file: string): Promise<RunningHost> {
  return startHost(process.execPath, ['--enable-source-maps', `dist/${file}`], { PORT: '0' });
}

for (const [name, start] of Object.entries(hosts)) {
  describe(`examples/hosts under ${name}`, function () {
    this.timeout(30_000);
    let host: RunningHost | undefined;
    const url = (path: string): string => `${host?.url}${path}`;

    before(async function () {
      host = await start(this);
    });
    after(() => host?.stop());

    it('greets whoever the path names', async () => {
      expect(await ask(url('/hello/J%C3%B6rg'))).to.deep.equal({
        status: 200,
        type: 'text/plain; charset=utf-8',
        text: 'Hello, Jörg',
      });
    });

    it('takes an order, and lists it', async () => {
      const placed = await ask(url('/orders'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"item":"a pot of thyme"}',
      });
      expect(placed).to.deep.equal({
        status: 201,
        type: 'application/json',
        text: '{"number":1,"item":"a pot of thyme"}',
      });
      expect((await ask(url('/orders'))).text).to.equal('[{"number":1,"item":"a pot of thyme"}]');
    });

    it('says what is wrong with an order', async () => {
      const refused = await ask(url('/orders'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      expect(refused).to.include({ status: 422, type: 'application/problem+json' });
      expect(refused.text).to.contain('An order names an item');
    });

    it('counts the visits of a visitor', async () => {
      const first = await fetch(url('/visits'));
      expect(await first.json()).to.deep.equal({ visits: 1 });
      const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      expect(await (await fetch(url('/visits'), { headers: { cookie } })).json()).to.deep.equal({ visits: 2 });
      expect(await (await fetch(url('/visits'))).json()).to.deep.equal({ visits: 1 });
    });

    it('streams', async () => {
      expect((await ask(url('/countdown/3'))).text).to.equal('3\n2\n1\n0\n');
    });

    it('names the verbs a path takes', async () => {
      const refused = await ask(url('/orders'), { method: 'DELETE' });
      expect(refused.status).to.equal(405);
      expect(refused.allow?.split(', ')).to.include.members(['GET', 'POST']);
    });

    it('has nothing anywhere else', async () => {
      expect((await ask(url('/nowhere'))).status).to.equal(404);
    });
  });
}
