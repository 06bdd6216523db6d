import { onStage, pause, Program } from '../programs.mjs';

const NORMAL = 100;
const STALLED = 50;
const OPERATIONS = 50;
const SECONDS = 8;
const MOST_SECONDS = 60;

/**
 * Clients that ask for 50 operations with long frames and never read, beside 100 that watch one of them: what they hold of memory, how
 * long they stay, and what the others feel of them, compared with as many clients that do read.
 */
export async function stalled() {
  return onStage(async ({ site, watchers }) => {
    const cookies = await site.ask('sessions', { count: NORMAL + STALLED });
    const ids = await site.ask('start', { count: OPERATIONS, kind: 'public' });
    await site.ask('lengthen', { ids, parts: 25 });
    const path = `/operations/events?${ids.map((id) => `id=${id}`).join('&')}`;
    const many = cookies.slice(NORMAL).map((cookie) => ({ path, cookie }));
    const one = cookies.slice(0, NORMAL).map((cookie) => ({ path: `/operations/${ids[0]}/events`, cookie }));
    const others = new Program('watchers.mjs');
    try {
      await others.ask('aim', { port: await site.ask('port') });
      await watchers.ask('open', { targets: one });
      await others.ask('open', { targets: many });
      const storm = async (seconds) => {
        await watchers.ask('forget');
        for (let round = 0; round < seconds * 2; round += 1) {
          await site.ask('report', { ids });
          await pause(500);
        }
        return watchers.ask('seen');
      };
      await storm(SECONDS / 2);
      const reading = await storm(SECONDS);
      const before = await site.ask('memory');
      await others.ask('leave');
      await pause(500);
      await others.ask('stall', { targets: many });
      const stalledAt = performance.now();
      // What they are sent at first is the same for clients that read.
      await storm(SECONDS / 2);
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
        {
          measure: 'memory held for a client that never reads, beyond one that reads',
          value: held,
          unit: 'KiB',
          target: 64,
          count: STALLED,
        },
        {
          measure: 'until all of those are cut off, from when they came',
          value: gone,
          unit: 's',
          target: 45,
          count: STALLED,
        },
        {
          measure: 'p99 of others beside them, times that beside clients that read',
          value: beside.p99 / reading.p99,
          unit: '×',
          target: 1.1,
          count: NORMAL,
        },
      ];
    } finally {
      await others.end();
    }
  });
}
