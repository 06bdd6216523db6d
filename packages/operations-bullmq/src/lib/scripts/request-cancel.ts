import { Script } from '../script.js';
import { finish } from './finish.js';

/** Cancels what is queued, and asks what runs to stop, where the kind allows it. Values: time. Gives the record as it is then. */
export const requestCancelScript: Script = new Script(`${finish}
local now = tonumber(ARGV[3])
local state, cancellable, retention_ms = unpack(redis.call('HMGET', operation, 'state', 'cancellable', 'retentionMs'))
if not state then return false end

local to = ({ queued = 'cancelled', running = 'cancelling' })[state]
if cancellable == '1' and to then
  redis.call('HSET', operation, 'state', to, 'cancelRequestedAt', now, 'updatedAt', now)
  redis.call('HINCRBY', operation, 'seq', 1)
  if to == 'cancelled' then redis.call('HSET', operation, 'endedAt', now, 'expiresAt', now + retention_ms) end
end
local record = redis.call('HGETALL', operation)
if cancellable == '1' and to == 'cancelled' then finish(tonumber(retention_ms), now) end
return record
`);
