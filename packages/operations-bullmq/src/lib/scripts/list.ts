import { Script } from '../script.js';

/**
 * Lists operations of an owner, newest first. Values: owner, state (empty: any), kind (empty: any), time and id of the last one seen (empty: none),
 * most to give. Looks at 1,000 at once at most. Gives where the next list goes on (empty: there is no more), and records.
 */
export const listScript: Script = new Script(`
local owner, state, kind, last_time, last_id, limit = ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], tonumber(ARGV[8])
local index = key('owner', owner)
local records, place, looked_at, offset = {}, '', 0, 0

while looked_at < 1000 do
  local top = last_time == '' and '+inf' or last_time
  local page = redis.call('ZREVRANGEBYSCORE', index, top, '-inf', 'WITHSCORES', 'LIMIT', offset, 100)
  if #page == 0 then return { '', unpack(records) } end
  for at = 1, #page, 2 do
    local candidate, time = page[at], page[at + 1]
    looked_at, offset = looked_at + 1, offset + 1
    if last_time == '' or tonumber(time) < tonumber(last_time) or candidate < last_id then
      local its_state, its_kind = unpack(redis.call('HMGET', key('operation', candidate), 'state', 'kind'))
      if not its_state then
        redis.call('ZREM', index, candidate)
        offset = offset - 1
      elseif (state == '' or state == its_state) and (kind == '' or kind == its_kind) then
        if #records == limit then return { place, unpack(records) } end
        table.insert(records, redis.call('HGETALL', key('operation', candidate)))
      end
      place = time .. ' ' .. candidate
    end
  end
end
return { place, unpack(records) }
`);
