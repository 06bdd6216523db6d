import { Script } from '../script.js';

/**
 * Reads operations. Values: ids. Gives for each the fields of its record, and who owned what is forgotten, and since when. Both are looked at
 * always, so that an id nobody knows takes as long as one that somebody does.
 */
export const readScript: Script = new Script(`
local found = {}
for at = 3, #ARGV do
  table.insert(found, {
    redis.call('HGETALL', key('operation', ARGV[at])),
    redis.call('HMGET', key('tombstone', ARGV[at]), 'owner', 'forgottenAt'),
  })
end
return found
`);
