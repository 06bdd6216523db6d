import { onStage, pause } from '../programs.mjs';

const NORMAL = 100;
const STALLED = 10;
const OPERATIONS = 50;
const SECONDS = 8;
const MOST_SECONDS = 60;

/**
 * Clients that ask for 50 operations with long frames and never read, beside 100 that watch one of them: what they hold of memory, how
 * long they stay, and what the others feel of them.
 */
export async function stalled() {
  return onStage(async ({ site, watchers }) => {
    const cookies = await site.ask('sessions', { count: NORMAL + STALLED });
    const ids = await site.ask('start', { count: OPERATIONS, kind: 'public' });
    await site.ask('lengthen', { ids, parts: 25 });
    const targets = cookies.map((cookie) => ({ path: `/operations/${ids[0]}/events`, cookie }));
    await watchers.ask('open', { targets: targets.slice(0, NORMAL) });
    const storm = async (seconds) => {
      await watchers.ask('forget');
      for (let round = 0; round < seconds * 4; round += 1) {
        await site.ask('report', { ids });
        await pause(250);
      }
      return watchers.ask('seen');
    };
    await storm(SECONDS / 2);
    const alone = await storm(SECONDS);
    const before = await site.ask('memory');
    const path = `/operations/events?${ids.map((id) => `id=${id}`).join('&')}`;
    await watchers.ask('stall', { targets: cookies.slice(NORMAL).map((cookie) => ({ path, cookie })) });
    const stalledAt = performance.now();
    const beside = await storm(SECONDS);
    const after = await site.ask('memory');
    let gone = MOST_SECONDS;
    while (performance.now() - stalledAt < MOST_SECONDS * 1000) {
      await storm(1);
      if ((await site.ask('connections')) > NORMAL) continue;
      gone = (performance.now() - stalledAt) / 1000;
      break;
    }
    const held = Math.max(0, after.rss - before.rss) / STALLED / 1024;
    return [
      { measure: 'memory held for a client that never reads', value: held, unit: 'KiB', target: 64, count: STALLED },
      {
        measure: 'until all of those are cut off, from when they came',
        value: gone,
        unit: 's',
        target: 45,
        count: STALLED,
      },
      {
        measure: 'p99 of others beside them, times that without',
        value: beside.p99 / alone.p99,
        unit: '×',
        target: 1.1,
        count: NORMAL,
      },
    ];
  });
}
