import { Script } from '../script.js';

/**
 * Stores record, input, key and what they are found by, or nothing. Values: owner, kind, key (empty: none), fingerprint, limit (0: none),
 * input, fields of the record. Gives what came of it, and the record there is.
 */
export const createScript: Script = new Script(`
local owner, kind, idempotency_key, fingerprint = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local limit, input = tonumber(ARGV[7]), ARGV[8]

local known = key('key', owner .. ':' .. idempotency_key)
if idempotency_key ~= '' then
  local first = redis.call('GET', known)
  local stored = first and redis.call('HGETALL', key('operation', first)) or {}
  if #stored > 0 then
    local same = (redis.call('HGET', key('operation', first), 'fingerprint') or '') == fingerprint
    return same and { 'replayed', stored } or { 'key-reused' }
  end
end

local under_way = key('under-way', owner .. ':' .. kind)
if limit > 0 and redis.call('SCARD', under_way) >= limit then return { 'limit-reached' } end

redis.call('HSET', operation, unpack(ARGV, 9))
redis.call('SET', key('input', id), input)
if idempotency_key ~= '' then redis.call('SET', known, id) end
-- Clocks of processes differ, and many are made in a millisecond: lists go by a count.
redis.call('ZADD', key('owner', owner), redis.call('INCR', tag .. ':created'), id)
redis.call('SADD', under_way, id)
local now = clock()
redis.call('ZADD', tag .. ':starting', now, id)
redis.call('ZADD', tag .. ':unfinished', now, id)
return { 'created', redis.call('HGETALL', operation) }
`);
