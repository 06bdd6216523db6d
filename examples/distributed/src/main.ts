import cluster from 'node:cluster';
import { join } from 'node:path';
import { Processes } from './processes.js';
import { OwnRedis } from './redis.js';
import { folder } from './settings.js';

const say = (text: string): void => console.log(text);
const given = process.env['REDIS_URL'] || undefined;
const own = given === undefined ? new OwnRedis(join(folder, 'redis')) : undefined;
const processes = new Processes({ REDIS_URL: given ?? own?.socket ?? '' }, say, () => void stop(1));
let stopping: Promise<void> | undefined;

try {
  await startRedis();
  cluster.once('listening', (_child, { port }) => {
    say(`Verbena, the distributed example: http://localhost:${port}`);
    say('Kill any of these processes, and watch the page. Ctrl+C stops all');
  });
  for (const role of ['web', 'web', 'worker', 'worker'] as const) processes.start(role);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(0));

async function startRedis(): Promise<void> {
  await own?.start((pid) => {
    if (stopping !== undefined) return;
    say(`redis ${pid} was ended; another one takes its place`);
    startRedis().catch((error: unknown) => {
      console.error((error as Error).message);
      void stop(1);
    });
  });
  if (own !== undefined) say(`redis ${own.pid} begins`);
}

/** First those who need Redis, then Redis. */
function stop(code: number): Promise<void> {
  process.exitCode = code;
  stopping ??= processes.stop().then(async () => {
    await own?.stop();
    say('Stopped');
  });
  return stopping;
}
