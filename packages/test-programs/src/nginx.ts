import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from './lib/free-port.js';
import { requireProgram } from './lib/require-program.js';

/** An nginx in front of a server, which belongs to one suite of tests. */
export class Nginx {
  readonly #folder: string;
  readonly #process: ChildProcess;
  /** Where it is reached. */
  readonly url: string;

  private constructor(folder: string, process: ChildProcess, url: string) {
    this.#folder = folder;
    this.#process = process;
    this.url = url;
  }

  /**
   * Starts one that passes everything on, or skips the calling test or suite where none is installed.
   *
   * @param settings further lines of its `location`
   * @throws Error when it is missing and `VERBENA_REQUIRE` names it
   */
  static async start(context: Mocha.Context, upstream: string, settings: readonly string[]): Promise<Nginx> {
    const program = requireProgram(context, 'nginx');
    const folder = await mkdtemp(join(tmpdir(), 'verbena-nginx-'));
    const file = join(folder, 'nginx.conf');
    const port = await freePort();
    await writeFile(file, configuration(folder, port, upstream, settings));
    const process = spawn(program, ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], { stdio: 'ignore' });
    const nginx = new Nginx(folder, process, `http://localhost:${port}`);
    await nginx.#untilOpen(port);
    return nginx;
  }

  async stop(): Promise<void> {
    const over = once(this.#process, 'exit');
    this.#process.kill();
    await over;
    await rm(this.#folder, { recursive: true });
  }

  async #untilOpen(port: number): Promise<void> {
    while (!(await isOpen(port))) {
      if (this.#process.exitCode !== null) throw new Error(`nginx ended with ${this.#process.exitCode}`);
      await setTimeout(20);
    }
  }
}

function configuration(folder: string, port: number, upstream: string, settings: readonly string[]): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `
    daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 256; }
    http {
      access_log off; ${paths.join(' ')}
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass ${upstream}; proxy_http_version 1.1; proxy_set_header Host $http_host; ${settings.join(' ')} }
      }
    }`;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
