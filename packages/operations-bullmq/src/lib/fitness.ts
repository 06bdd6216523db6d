import { OperationsError } from '@verbena/operations/driver';
import type { RedisLink } from './link.js';
import type { OnWarning } from './warning.js';

/** Looks whether a Redis can keep what it is given, and says so where it cannot. */
export async function checkFitness(link: RedisLink, warn: OnWarning): Promise<void> {
  const info = await link.reach('see how it is set up', (redis) => redis.info());
  const fact = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1];

  const version = fact('redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 6 || (major === 6 && minor < 2)) {
    throw new OperationsError(
      'engine-away',
      `Redis 6.2 or later is needed to run operations, and this one is ${version}`,
    );
  }
  const policy = fact('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    warn(
      `Redis may throw operations away when its memory is full: its maxmemory-policy is ${policy}; set it to noeviction`,
    );
  }
  if (fact('aof_enabled') === '0') {
    warn('Redis forgets operations when it is restarted: it keeps no append-only file; set appendonly to yes');
  }
}
