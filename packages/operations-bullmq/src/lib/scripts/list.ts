import { Script } from '../script.js';

/**
 * Lists operations of an owner, newest first. Values: owner, state (empty: any), kind (empty: any), number of the last one seen (empty: none), most
 * to give. Looks at 1,000 at once at most. Gives where the next list goes on (empty: there is no more), and records.
 */
export const listScript: Script = new Script(`
local owner, state, kind, last, limit = ARGV[3], ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
local index = key('owner', owner)
local records, looked_at = {}, 0

while looked_at < 1000 do
  local below = last == '' and '+inf' or '(' .. last
  local page = redis.call('ZREVRANGEBYSCORE', index, below, '-inf', 'WITHSCORES', 'LIMIT', 0, 100)
  if #page == 0 then return { '', unpack(records) } end
  for at = 1, #page, 2 do
    local candidate = page[at]
    local its_state, its_kind = unpack(redis.call('HMGET', key('operation', candidate), 'state', 'kind'))
    if not its_state then
      redis.call('ZREM', index, candidate)
    elseif (state == '' or state == its_state) and (kind == '' or kind == its_kind) then
      if #records == limit then return { last, unpack(records) } end
      table.insert(records, redis.call('HGETALL', key('operation', candidate)))
    end
    looked_at, last = looked_at + 1, page[at + 1]
  end
end
return { last, unpack(records) }
`);
