import { onStage, pause } from '../programs.mjs';
import { withRedis } from '../redis/server.mjs';
import { startWorker } from '../redis/workers.mjs';

const WATCHERS_EACH = 10;

/**
 * As the row of deliveries, with the work in another process and Redis between the two: the reports of a second are spread over it here, too.
 * Needs `redis-server`.
 */
export async function redisDeliveries({ watchers: count, seconds }) {
  const operations = Math.floor(count / WATCHERS_EACH);
  const seen = await withRedis(async ({ path }) => {
    const worker = await startWorker(path);
    try {
      return await onStage(
        async ({ site, watchers }) => {
          const cookies = await site.ask('sessions', { count: operations });
          const input = { forMs: 3_600_000, everyMs: 1_000 };
          const ids = await site.ask('startElsewhere', { count: operations, kind: 'clock', input });
          const targets = ids.flatMap((id, index) =>
            Array.from({ length: WATCHERS_EACH }, () => ({ path: `/operations/${id}/events`, cookie: cookies[index] })),
          );
          await watchers.ask('open', { targets });
          await pause(3_000);
          await watchers.ask('forget');
          await pause(seconds * 1_000);
          return watchers.ask('seen');
        },
        'site.mjs',
        [path],
      );
    } finally {
      worker.kill('SIGKILL');
    }
  });
  const expected = operations * WATCHERS_EACH * seconds;
  return [
    { measure: 'Redis: report in a worker to byte, one a second each, p50', value: seen.p50, unit: 'ms', count },
    {
      measure: 'Redis: report in a worker to byte, one a second each, p99',
      value: seen.p99,
      unit: 'ms',
      target: 40,
      count,
    },
    {
      measure: 'Redis: frames of those that arrived in time',
      value: (100 * seen.frames) / expected,
      unit: '%',
      target: 95,
      isLeast: true,
      count: expected,
    },
  ];
}
