import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { install } from '@sinonjs/fake-timers';
import { createApp } from '@verbena/core';
import { ask } from '@verbena/test-hosts';
import { expect } from 'chai';
import { Wire } from './client.test-support.js';
import { serve } from './serve.js';

const program = fileURLToPath(new URL('./signals-program.test-support.js', import.meta.url));

describe('serve, at a signal', () => {
  let child: ChildProcess | undefined;

  before(function () {
    // Elsewhere, a signal sent to a process just ends it.
    if (process.platform === 'win32') this.skip();
  });

  afterEach(() => {
    child?.kill('SIGKILL');
    child = undefined;
  });

  interface Program {
    readonly port: number;
    kill(signal: NodeJS.Signals): void;
    /** Exit code, the signal that ended it, and what it said on its error output. */
    readonly exited: Promise<{ code: number | null; signal: string | null; errors: string }>;
  }

  async function run(what = ''): Promise<Program> {
    const started = spawn(process.execPath, [program, what], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let errors = '';
    started.stderr.on('data', (chunk) => (errors += String(chunk)));
    const exited = once(started, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as string | null,
      errors,
    }));
    const [line] = (await once(started.stdout, 'data')) as [Buffer];
    return { port: Number(String(line)), kill: (signal) => started.kill(signal), exited };
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends the process with exit code 0: ${signal}`, async () => {
      const running = await run('patient');
      expect((await ask(running)).text).to.equal('here');
      const idle = new Wire(running.port).get('/');
      await idle.until('here');
      running.kill(signal);
      expect(await running.exited).to.deep.equal({ code: 0, signal: null, errors: '' });
    });
  }

  it('lets streams end that do so in time, and breaks off those that do not', async () => {
    const running = await run();
    const last = new Wire(running.port).get('/last');
    const events = new Wire(running.port).get('/events');
    await Promise.all([last.until('first'), events.until('data: 1')]);
    running.kill('SIGTERM');
    running.kill('SIGUSR2');
    await Promise.all([last.ended, events.ended]);
    expect(last.text).to.match(/last\r\n0\r\n\r\n$/);
    expect(events.text).to.not.contain('\r\n0\r\n\r\n');
    expect(await running.exited).to.deep.equal({ code: 0, signal: null, errors: '' });
  });

  it('ends the process at once at the second', async () => {
    const running = await run('patient');
    const events = new Wire(running.port).get('/events');
    const idle = new Wire(running.port).get('/');
    await Promise.all([events.until('data: 1'), idle.until('here')]);
    running.kill('SIGTERM');
    await idle.ended;
    running.kill('SIGTERM');
    expect(await running.exited).to.deep.equal({ code: null, signal: 'SIGTERM', errors: '' });
  });

  it('ends the process with exit code 1 when closing fails, and says why', async () => {
    const running = await run('failing');
    const events = new Wire(running.port).get('/events');
    await events.until('data: 1');
    running.kill('SIGTERM');
    const { code, errors } = await running.exited;
    expect(code).to.equal(1);
    expect(errors).to.contain('closing failed');
    expect(errors).to.not.contain('Node.js v');
  });

  it('leaves no listener behind when it is closed', async () => {
    const before = ['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal));
    const options = { port: 0, host: '127.0.0.1' };
    const servers = [
      await serve(createApp({ handlers: [] }), options),
      await serve(createApp({ handlers: [] }), options),
    ];
    expect(['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal))).to.deep.equal(
      before.map((count) => count + 1),
    );
    for (const server of servers) await server.close();
    expect(['SIGTERM', 'SIGINT'].map((signal) => process.listenerCount(signal))).to.deep.equal(before);
  });

  it('listens to none where it is told so', async () => {
    const before = process.listenerCount('SIGTERM');
    const server = await serve(createApp({ handlers: [] }), { port: 0, host: '127.0.0.1', signals: [] });
    expect(process.listenerCount('SIGTERM')).to.equal(before);
    await server.close();
  });

  it('ends a process that something else keeps alive, five seconds later, and says what', async () => {
    const { exit } = process;
    const { warn } = console;
    const clock = install({ toFake: ['setTimeout', 'clearTimeout'] });
    const exited = new Promise<unknown>((resolve) => {
      process.exit = ((code?: number) => resolve(code)) as typeof process.exit;
    });
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    try {
      const server = await serve(createApp({ handlers: [] }), { port: 0, host: '127.0.0.1', signals: ['SIGUSR2'] });
      process.kill(process.pid, 'SIGUSR2');
      await once(server.server, 'close');
      await server.close();
      await new Promise(setImmediate);
      await clock.tickAsync(4_999);
      expect(warnings).to.deep.equal([]);
      await clock.tickAsync(1);
      expect(await exited).to.equal(undefined);
      expect(warnings[0]).to.contain('something else keeps it alive: ');
    } finally {
      clock.uninstall();
      process.exit = exit;
      console.warn = warn;
    }
  });
});
