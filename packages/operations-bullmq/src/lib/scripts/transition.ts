import { Script } from '../script.js';
import { finish } from './finish.js';

/**
 * Changes the state, when attempt and state are those it may come from. Values: attempt, states it may come from (between commas), new state,
 * time, retention in milliseconds (0 unless it ends), number of texts to set, fields and texts to set, fields to remove.
 * Gives the record, or nothing when it is stale.
 */
export const transitionScript: Script = new Script(`${finish}
local attempt, from, to, now = tonumber(ARGV[3]), ARGV[4], ARGV[5], tonumber(ARGV[6])
local retention_ms, setting = tonumber(ARGV[7]), tonumber(ARGV[8])

local state, stored_attempt = unpack(redis.call('HMGET', operation, 'state', 'attempt'))
if not state or is_terminal(state) or attempt < tonumber(stored_attempt) then return false end
if not string.find(from, ',' .. state .. ',', 1, true) then return false end

if setting > 0 then redis.call('HSET', operation, unpack(ARGV, 9, 8 + setting)) end
if #ARGV > 8 + setting then redis.call('HDEL', operation, unpack(ARGV, 9 + setting)) end
redis.call('HSET', operation, 'state', to, 'attempt', attempt, 'updatedAt', now)
redis.call('HINCRBY', operation, 'seq', 1)
local record = redis.call('HGETALL', operation)
if is_terminal(to) then finish(retention_ms, now)
else redis.call('ZADD', tag .. ':unfinished', clock(), id) end
return record
`);
