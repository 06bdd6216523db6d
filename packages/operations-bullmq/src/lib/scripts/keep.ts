import { Script } from '../script.js';

/** Keeps a checkpoint of the attempt that runs. Values: attempt, data. Gives 1, or 0 when it is stale. */
export const checkpointScript: Script = new Script(`
local state, attempt = unpack(redis.call('HMGET', operation, 'state', 'attempt'))
if attempt ~= ARGV[3] or (state ~= 'running' and state ~= 'cancelling') then return 0 end
redis.call('SET', key('checkpoint', id), ARGV[4])
return 1
`);

/** Adds lines of the attempt that runs to the log, which keeps the last 100. Values: attempt, lines. */
export const logScript: Script = new Script(`
local state, attempt = unpack(redis.call('HMGET', operation, 'state', 'attempt'))
if attempt ~= ARGV[3] or is_terminal(state) then return 0 end
redis.call('RPUSH', key('log', id), unpack(ARGV, 4))
redis.call('LTRIM', key('log', id), -100, -1)
return 1
`);

/** Leaves only the tombstone of what has ended. Gives 1, or 0 when it has not, or is not there. */
export const forgetScript: Script = new Script(`
local state, owner, idempotency_key, retention_ms =
  unpack(redis.call('HMGET', operation, 'state', 'owner', 'idemKey', 'retentionMs'))
if not state or not is_terminal(state) then return 0 end
redis.call('UNLINK', operation, key('log', id))
if idempotency_key then redis.call('DEL', key('key', owner .. ':' .. idempotency_key)) end
redis.call('ZREM', key('owner', owner), id)
redis.call('ZREM', tag .. ':finished', id .. ' ' .. owner)
redis.call('HSET', key('tombstone', id), 'owner', owner, 'forgottenAt', ARGV[3])
redis.call('PEXPIRE', key('tombstone', id), retention_ms)
return 1
`);
