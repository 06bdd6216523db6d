import { onStage, pause } from '../programs.mjs';

/** All streams open for minutes; those that are closed to have their rights read afresh come back, as a browser does. */
export async function lasting({ watchers: count, minutes }) {
  return onStage(async ({ site, watchers }) => {
    const cookies = await site.ask('sessions', { count });
    const [id] = await site.ask('start', { count: 1, kind: 'public' });
    const targets = cookies.map((cookie) => ({ path: `/operations/${id}/events`, cookie }));
    await watchers.ask('open', { targets, comesBack: true });
    const before = await site.ask('memory');
    for (let second = 0; second < minutes * 60; second += 5) {
      await pause(5000);
      await site.ask('report', { ids: [id] });
    }
    await pause(3000);
    const after = await site.ask('memory');
    const { open, failures } = await watchers.ask('seen');
    return [
      { measure: `streams open after ${minutes} minutes`, value: open, unit: '', target: count, isLeast: true, count },
      { measure: 'streams that failed meanwhile', value: failures, unit: '', target: 0, count },
      {
        measure: 'memory of a stream gained meanwhile',
        value: (after.rss - before.rss) / count / 1024,
        unit: 'KiB',
        count,
      },
    ];
  });
}
