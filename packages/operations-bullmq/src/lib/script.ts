import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** What every script begins with: names of keys as {@link Keys} has them, and the time by Redis' own clock. */
const PRELUDE = `
local tag, id = ARGV[1], ARGV[2]
local function key(sort, name) return tag .. ':' .. sort .. ':' .. name end
local operation = key('operation', id)
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function is_terminal(state) return state == 'succeeded' or state == 'failed' or state == 'cancelled' end
`;

/** A Lua script that changes what belongs to one operation as one step. */
export class Script {
  readonly #lua: string;
  readonly #sha: string;

  constructor(lua: string) {
    this.#lua = PRELUDE + lua;
    this.#sha = createHash('sha1').update(this.#lua).digest('hex');
  }

  /**
   * @param tag the hash tag of the installation
   * @param values what the script finds from `ARGV[3]` on
   */
  async run(
    redis: Redis | Cluster,
    tag: string,
    id: string,
    values: readonly (string | number)[] = [],
  ): Promise<unknown> {
    // One key is named, for a cluster to find the node by. The others carry the same tag.
    const rest = [1, `${tag}:operation:${id}`, tag, id, ...values] as const;
    try {
      return await redis.evalsha(this.#sha, ...rest);
    } catch (error) {
      if (!String((error as Error).message).startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.#lua, ...rest);
    }
  }
}
