import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireProgram } from '@verbena/test-programs';
import { until } from './until.test-support.js';

/** For tests: an nginx in front of a server, which holds answers back until they are complete. */
export class BufferingProxy {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly origin: string;

  private constructor(folder: string, process: ChildProcess, origin: string) {
    this.#folder = folder;
    this.#process = process;
    this.origin = origin;
  }

  /** Starts it, or skips the calling test where there is no nginx. */
  static async start(context: Mocha.Context, port: number): Promise<BufferingProxy> {
    const program = requireProgram(context, 'nginx');
    const folder = await mkdtemp(join(tmpdir(), 'verbena-nginx-'));
    const own = await freePort();
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`);
    await writeFile(
      join(folder, 'nginx.conf'),
      `daemon off; pid ${folder}/pid; error_log stderr;
events {}
http {
  access_log off; ${paths.join(' ')}
  server {
    listen 127.0.0.1:${own};
    location / { proxy_pass http://127.0.0.1:${port}; proxy_buffering on; proxy_ignore_headers X-Accel-Buffering; gzip on; }
  }
}`,
    );
    const process = spawn(program, ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' });
    const origin = `http://localhost:${own}`;
    await until(() =>
      fetch(origin).then(
        () => true,
        () => false,
      ),
    );
    return new BufferingProxy(folder, process, origin);
  }

  async stop(): Promise<void> {
    this.#process.kill();
    await once(this.#process, 'exit');
    await rm(this.#folder, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
