import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/**
 * A Redis with an append-only file, as operations want it, for as long as something is measured.
 *
 * @template Result
 * @param {(stage: { path: string, client: Redis }) => Promise<Result>} measure
 * @returns {Promise<Result>}
 */
export async function withRedis(measure) {
  const folder = await mkdtemp(join(tmpdir(), 'verbena-bench-'));
  const path = join(folder, 'socket');
  const settings = ['--port', '0', '--unixsocket', path, '--dir', folder, '--save', '', '--appendonly', 'yes'];
  const server = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const text of server.stdout) if (String(text).includes('eady to accept connections')) break;
  server.stdout.resume();
  const client = new Redis(path);
  try {
    return await measure({ path, client });
  } finally {
    client.disconnect();
    server.kill('SIGKILL');
    await once(server, 'exit');
    await rm(folder, { recursive: true });
  }
}
