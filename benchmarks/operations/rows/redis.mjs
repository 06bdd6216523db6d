import { measureRedis } from '../redis/measure.mjs';

/** The distributed driver: one process that watches, others that work, a Redis of its own. Needs `redis-server`. */
export async function redis({ rounds, seconds }) {
  const { reportToWatcher, cancelToSignal, killToNextAttempt, ...found } = await measureRedis({
    kills: rounds,
    seconds,
  });
  const { reportsPerSecond, writesPerSecond, connections } = found;
  const slowest = (measure, { p99, count }, target) => ({
    measure: `${measure}, p99`,
    value: p99,
    unit: 'ms',
    target,
    count,
  });
  return [
    slowest('Redis: report in a worker to a watcher in another process', reportToWatcher, 40),
    slowest('Redis: cancel to the signal of a handler in another process', cancelToSignal, 100),
    {
      measure: 'Redis: kill -9 of a worker to the next attempt, p95',
      value: killToNextAttempt.p95,
      unit: 'ms',
      target: 6_000,
      count: killToNextAttempt.count,
    },
    {
      measure: 'Redis: writes of a handler that reports without a pause',
      value: writesPerSecond,
      unit: '/s',
      target: 7,
      count: reportsPerSecond,
    },
    { measure: 'Redis: connections of a process that watches nothing', value: connections.none, unit: '', target: 3 },
    {
      measure: 'Redis: the same, watching',
      value: connections.many,
      unit: '',
      target: connections.none,
      count: connections.watched,
    },
  ];
}
