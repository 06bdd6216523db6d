import { onStage } from '../programs.mjs';

const OPERATIONS = 10;

/** SIGTERM with everything open: how long it takes, and how clients come back. */
export async function shutdown({ watchers: count }) {
  return onStage(async ({ site, watchers }) => {
    const cookies = await site.ask('sessions', { count });
    const ids = await site.ask('start', { count: OPERATIONS, kind: 'public' });
    const targets = cookies.map((cookie, index) => ({ path: `/operations/${ids[index % OPERATIONS]}/events`, cookie }));
    await watchers.ask('open', { targets });
    const startedAt = performance.now();
    site.terminate();
    await site.over;
    const took = (performance.now() - startedAt) / 1000;
    const { retries, ends } = await watchers.ask('seen');
    const seconds = new Map();
    for (const retry of retries) {
      const second = Math.floor(retry / 1000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    return [
      { measure: 'from SIGTERM to the end of the process', value: took, unit: 's', target: 10, count },
      {
        measure: 'streams that were told when to come back',
        value: retries.length,
        unit: '',
        target: count,
        isLeast: true,
        count: ends,
      },
      {
        measure: 'most that come back in one second',
        value: (100 * Math.max(...seconds.values())) / retries.length,
        unit: '%',
        target: 20,
        count,
      },
    ];
  });
}
