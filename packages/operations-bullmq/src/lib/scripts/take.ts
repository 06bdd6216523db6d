import { Script } from '../script.js';

/**
 * Gives the worker that holds the lock of a job the number of its attempt, higher than any before: also than those of a job of this id that is no
 * more. Values: key of the lock, its token. Gives the number; 0 when there is nothing to do; -1 when the lock has gone to another worker.
 */
export const takeScript: Script = new Script(`
if redis.call('GET', ARGV[3]) ~= ARGV[4] then return -1 end
local state, attempt, taken = unpack(redis.call('HMGET', operation, 'state', 'attempt', 'taken'))
if not state or is_terminal(state) then return 0 end
local number = math.max(tonumber(attempt), tonumber(taken or 0)) + 1
redis.call('HSET', operation, 'taken', number)
return number
`);

/**
 * Renews the locks of one worker. A lock that ran out while Redis or the worker was away is set anew where nobody has taken the job.
 * Values: time to live in milliseconds; then for each attempt key of the lock, token, id, number of the attempt, prefix of the queue.
 * Gives the tokens of those that are lost.
 */
export const renewScript: Script = new Script(`
local lost = {}
for at = 4, #ARGV, 5 do
  local lock, token, job, number, queue = unpack(ARGV, at, at + 4)
  local holder = redis.call('GET', lock)
  local is_ours = holder == token or not holder and redis.call('LPOS', queue .. ':active', job)
  if is_ours and redis.call('HGET', key('operation', job), 'taken') == number then
    redis.call('SET', lock, token, 'PX', ARGV[3])
    redis.call('SREM', queue .. ':stalled', job)
  else
    table.insert(lost, token)
  end
end
return lost
`);
