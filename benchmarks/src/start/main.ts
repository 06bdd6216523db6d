/**
 * Starts an application in this fresh process, asks it once, and prints as JSON how long that took and what it holds.
 *
 * Usage, with --expose-gc: main.js <peer> <number of handlers>, or main.js <@verbena/core or container> 0 to import that and start nothing
 */
import { get } from 'node:http';
import { host } from '../peer.js';

interface Program {
  readonly start?: (count: number) => Promise<number>;
}

const [peer = '', count = ''] = process.argv.slice(2);
const before = held();
const begin = performance.now();
const program = (await import(peer.startsWith('@') ? peer : `./${peer}.js`)) as Program;
const imported = performance.now();
const port = Number(count) > 0 ? await program.start?.(Number(count)) : undefined;
const started = performance.now();
if (port !== undefined) await ask(port);
const answered = performance.now();
const after = held();
console.log(
  JSON.stringify({
    importMs: imported - begin,
    startMs: started - imported,
    firstAnswerMs: answered - started,
    wholeMs: answered - begin,
    heapBytes: after.heapUsed - before.heapUsed,
    rssBytes: after.rss - before.rss,
    emptyHeapBytes: before.heapUsed,
    emptyRssBytes: before.rss,
  }),
);
process.exit();

/** What this process holds when all rubbish is gone. */
function held(): NodeJS.MemoryUsage {
  gc?.();
  return process.memoryUsage();
}

function ask(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const last = Number(count) - 1;
    get({ host, port, path: `/things${Math.floor(last / 10)}/${last % 10}/7` }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`The first answer of ${peer} has the status ${response.statusCode}`));
      });
    }).on('error', reject);
  });
}
