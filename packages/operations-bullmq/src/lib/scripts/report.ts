import { Script } from '../script.js';

/**
 * Keeps the newest progress of an attempt, and that its worker lives. Values: attempt, time, progress as JSON (empty: none).
 * Gives seq and whether somebody wants it cancelled, or nothing when it is stale.
 */
export const reportScript: Script = new Script(`
local attempt, now, progress = ARGV[3], ARGV[4], ARGV[5]
local state, stored_attempt, seq = unpack(redis.call('HMGET', operation, 'state', 'attempt', 'seq'))
if stored_attempt ~= attempt or (state ~= 'running' and state ~= 'cancelling') then return false end

redis.call('HSET', operation, 'heartbeatAt', now)
redis.call('ZADD', tag .. ':unfinished', clock(), id)
if progress ~= '' then
  redis.call('HSET', operation, 'progress', progress, 'updatedAt', now)
  seq = redis.call('HINCRBY', operation, 'seq', 1)
end
return { tonumber(seq), state == 'cancelling' and 1 or 0 }
`);
