/** Measures the distributed driver alone. Usage: node operations/redis/run.mjs [kills] [seconds], after a build; needs `redis-server`. */
import { measureRedis } from './measure.mjs';
import { showRedis } from './show.mjs';

const [kills, seconds] = process.argv.slice(2).map(Number);
console.log(showRedis(await measureRedis({ kills, seconds }, (line) => console.error(line))));
