import { Script } from '../script.js';

/** Forgets what has expired. Values: how many at most. Gives how many there were. */
export const tidyScript: Script = new Script(`
local members = redis.call('ZRANGEBYSCORE', tag .. ':finished', '-inf', clock(), 'LIMIT', 0, ARGV[3])
for _, member in ipairs(members) do
  local expired, owner = string.match(member, '^(%S+) (.*)$')
  redis.call('ZREM', tag .. ':finished', member)
  redis.call('ZREM', key('owner', owner), expired)
end
return #members
`);

/**
 * Looks for operations that no job stands for: whoever made or ran them died in between. Values: how long an operation is left alone after its
 * last change, in milliseconds. Gives ids. Each process sweeps; one that was looked at is left to the next round.
 */
export const dueScript: Script = new Script(`
local now = clock()
local orphans = {}
local function look(set)
  for _, candidate in ipairs(redis.call('ZRANGEBYSCORE', set, '-inf', now - tonumber(ARGV[3]), 'LIMIT', 0, 500)) do
    local job = redis.call('HGET', key('operation', candidate), 'job')
    if not job then
      redis.call('ZREM', set, candidate)
    else
      redis.call('ZADD', set, now, candidate)
      if redis.call('EXISTS', job) == 0 or redis.call('HEXISTS', job, 'finishedOn') == 1 then table.insert(orphans, candidate) end
    end
  end
end
-- The few that were never enqueued first: however many wait behind them, they are found at once.
look(tag .. ':starting')
look(tag .. ':unfinished')
return orphans
`);
