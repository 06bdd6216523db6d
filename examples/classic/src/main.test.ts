import { expect } from 'chai';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { AnswerText } from './answer-text.js';
import { createClassic } from './app.js';
import { startServer } from './server.js';

/** The program of `npm start`, running. */
class Program {
  output = '';
  errors = '';
  readonly #child: ChildProcess;
  readonly #exit: Promise<readonly unknown[]>;

  constructor(port: string) {
    const main = fileURLToPath(new URL('main.js', import.meta.url));
    this.#child = spawn(process.execPath, ['--enable-source-maps', main], {
      env: { ...process.env, PORT: port },
      detached: true,
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
    this.#exit = once(this.#child, 'close');
  }

  /** Resolves with the address once the program is ready. */
  async ready(): Promise<string> {
    const { stdout } = this.#child;
    while (!this.output.includes('Ctrl+C')) {
      if (stdout === null || stdout.readableEnded) throw new Error(`The program ended: ${this.errors}`);
      await Promise.race([once(stdout, 'data'), this.#exit]);
    }
    return /http:\S+/.exec(this.output)?.[0] ?? '';
  }

  /** Signals it with all its processes, as a terminal does. */
  signal(signal: NodeJS.Signals): void {
    if (this.#child.exitCode === null) process.kill(-(this.#child.pid ?? 0), signal);
  }

  /** Resolves with exit code and signal. */
  async ended(): Promise<readonly unknown[]> {
    return this.#exit;
  }
}

describe('npm start', function () {
  this.timeout(10_000);
  const programs: Program[] = [];

  function start(port: string): Program {
    const program = new Program(port);
    programs.push(program);
    return program;
  }

  afterEach(() => {
    for (const program of programs.splice(0)) program.signal('SIGKILL');
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`prints its address and its handlers, answers, and ends cleanly on ${signal}`, async function () {
      if (process.platform === 'win32') this.skip();
      const program = start('0');
      const url = await program.ready();
      for (const name of ['SyncHandler', 'AsyncHandler', 'TrainingFactory', 'GetProgress']) {
        expect(program.output).to.include(name);
      }
      expect((await fetch(`${url}/demo/training/a.sync`)).status).to.equal(200);
      // Keeps a connection and a run alive, neither of which may keep the program.
      expect((await fetch(`${url}/progress/runs`, { method: 'POST' })).status).to.equal(202);
      program.signal(signal);
      expect(await program.ended()).to.deep.equal([0, null]);
      expect(program.output).to.match(/Stopped\n$/);
      expect(program.errors).to.equal('');
    });
  }

  it('lets an answer under way come to its end, also when its terminal is told to stop', async function () {
    if (process.platform === 'win32') this.skip();
    const program = start('0');
    const text = new AnswerText(await fetch(`${await program.ready()}/demo/training/a.async`));
    await text.until('class="fact"');
    program.signal('SIGINT');
    expect(await text.rest()).to.include('End handler process');
    expect(await program.ended()).to.deep.equal([0, null]);
    expect(program.errors).to.equal('');
  });

  it('writes the error of a failing handler to its error output, and shows clients none of it', async () => {
    const program = start('0');
    const url = await program.ready();
    expect(await (await fetch(`${url}/broken`)).text()).not.to.include('greenhouse');
    program.signal('SIGTERM');
    await program.ended();
    expect(program.errors)
      .to.include('GET /broken failed')
      .and.include('The greenhouse is locked')
      .and.include('broken-handler.ts');
  });

  it('says so when its port is in use, and fails', async () => {
    const server = await startServer(createClassic(), 0);
    const { port } = new URL(server.url);
    const program = start(port);
    expect(await program.ended()).to.deep.equal([1, null]);
    expect(program.errors).to.match(/^Port \d+ is in use; choose another one, for example PORT=\d+ npm start\n$/);
    await server.close();
  });

  it('says so when PORT is no port, and fails', async () => {
    const program = start('http');
    expect(await program.ended()).to.deep.equal([1, null]);
    expect(program.errors).to.include('PORT is "http", which is no port');
  });
});
