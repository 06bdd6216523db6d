/**
 * The results beside what operations.md asks for.
 *
 * @param {import('./measure.mjs').RedisResults} results
 * @returns {string}
 */
export function showRedis(results) {
  const { reportToWatcher, cancelToSignal, killToNextAttempt, connections } = results;
  const { reportsPerSecond, writesPerSecond } = results;
  const rows = [
    ['report in a worker → watcher in another process', spread(reportToWatcher, 'p99'), 'p99 ≤ 40 ms'],
    ['cancel → signal of the handler, another process', spread(cancelToSignal, 'p99'), 'p99 ≤ 100 ms'],
    ['kill -9 of a worker → next attempt is seen', spread(killToNextAttempt, 'p95'), 'p95 ≤ 6,000 ms'],
    [
      `store writes while ${reportsPerSecond.toLocaleString('en')} reports are made a second`,
      `${writesPerSecond}/s`,
      '≤ 5/s, and 2',
    ],
    [
      'connections of a process that watches',
      `${connections.none} with nothing watched, ${connections.many} with ${connections.watched.toLocaleString('en')} operations`,
      'equal, ≤ 3',
    ],
  ];
  return ['| measure | found | target |', '| --- | --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join(
    '\n',
  );
}

function spread(found, share) {
  return `p50 ${found.p50}, ${share} ${found[share]} ms (${found.count})`;
}
