import { onStage, pause } from '../programs.mjs';

const WATCHERS_EACH = 10;

/** Many operations with ten watchers each, which report once a second. */
export async function deliveries({ watchers: count, seconds }) {
  const operations = Math.floor(count / WATCHERS_EACH);
  const seen = await onStage(async ({ site, watchers }) => {
    const cookies = await site.ask('sessions', { count: operations });
    const ids = await site.ask('start', { count: operations, kind: 'steered' });
    const targets = ids.flatMap((id, index) =>
      Array.from({ length: WATCHERS_EACH }, () => ({ path: `/operations/${id}/events`, cookie: cookies[index] })),
    );
    await watchers.ask('open', { targets });
    await site.ask('report', { ids, spreadMs: 1000 });
    await pause(1500);
    await watchers.ask('forget');
    for (let second = 0; second < seconds; second += 1) await site.ask('report', { ids, spreadMs: 1000 });
    await pause(1000);
    return watchers.ask('seen');
  });
  const expected = operations * WATCHERS_EACH * seconds;
  return [
    { measure: 'report to byte at one report a second each, p50', value: seen.p50, unit: 'ms', count },
    { measure: 'report to byte at one report a second each, p99', value: seen.p99, unit: 'ms', target: 20, count },
    { measure: 'reports that did not arrive', value: expected - seen.frames, unit: '', target: 0, count: expected },
  ];
}
