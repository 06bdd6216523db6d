import { RedisProcess } from '@verbena/test-programs/redis-process';
import { Redis } from 'ioredis';

/**
 * A Redis with an append-only file, as operations want it, for as long as something is measured.
 *
 * @template Result
 * @param {(stage: { path: string, client: Redis }) => Promise<Result>} measure
 * @returns {Promise<Result>}
 */
export async function withRedis(measure) {
  const server = await RedisProcess.start('redis-server');
  const client = new Redis(server.path);
  try {
    return await measure({ path: server.path, client });
  } finally {
    client.disconnect();
    await server.stop();
  }
}
