/**
 * Lua function: what goes with the end of an operation. What it was given is dropped; what is left lives for the retention by Redis' clock, so
 * that no step of another clock shortens it, and leaves a tombstone for as long again.
 */
export const finish = `
local function finish(retention_ms, ended_at)
  local owner, kind, idempotency_key = unpack(redis.call('HMGET', operation, 'owner', 'kind', 'idemKey'))
  redis.call('SREM', key('under-way', owner .. ':' .. kind), id)
  redis.call('ZREM', tag .. ':starting', id)
  redis.call('ZREM', tag .. ':unfinished', id)
  redis.call('UNLINK', key('input', id), key('checkpoint', id))
  redis.call('PEXPIRE', operation, retention_ms)
  redis.call('PEXPIRE', key('log', id), retention_ms)
  if idempotency_key then redis.call('PEXPIRE', key('key', owner .. ':' .. idempotency_key), retention_ms) end
  redis.call('HSET', key('tombstone', id), 'owner', owner, 'forgottenAt', ended_at + retention_ms)
  redis.call('PEXPIRE', key('tombstone', id), 2 * retention_ms)
  redis.call('ZADD', tag .. ':finished', clock() + retention_ms, id .. ' ' .. owner)
end
`;
