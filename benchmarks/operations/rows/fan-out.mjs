import { medianOf } from '../../spread.mjs';
import { onStage, pause } from '../programs.mjs';

/** One operation that all watch: from its report to the last byte, beside the least it could take, in rounds by turns. */
export async function fanOut({ watchers: count, rounds }) {
  return onStage(
    (bare) =>
      onStage(async (own) => {
        const cookies = await own.site.ask('sessions', { count });
        const ids = await own.site.ask('start', { count: 1, kind: 'public' });
        const targets = cookies.map((cookie) => ({ path: `/operations/${ids[0]}/events`, cookie }));
        await own.watchers.ask('open', { targets });
        await bare.watchers.ask('open', { targets: targets.map(() => ({ path: '/', cookie: '' })) });
        const found = { own: [], bare: [] };
        for (let round = -3; round < rounds; round += 1) {
          for (const [name, { site, watchers }] of [
            ['own', own],
            ['bare', bare],
          ]) {
            await watchers.ask('forget');
            await site.ask('report', { ids });
            const seen = await seenBy(watchers, count);
            if (round >= 0) found[name].push(seen);
          }
        }
        const p99 = (name) => medianOf(found[name].map((seen) => seen.p99));
        const ratios = found.own.map((seen, round) => seen.p99 / found.bare[round].p99);
        return [
          {
            measure: 'one operation, all watch: report to byte, p99',
            value: p99('own'),
            unit: 'ms',
            target: 300,
            count,
          },
          { measure: 'the same, bare node:http', value: p99('bare'), unit: 'ms', count },
          { measure: 'the same, times the bare one', value: medianOf(ratios), unit: '×', count },
        ];
      }),
    'bare.mjs',
  );
}

/** What was seen once all have it; at most 5 seconds later. */
async function seenBy(watchers, count) {
  for (let waited = 0; ; waited += 100) {
    await pause(100);
    const seen = await watchers.ask('seen');
    if (seen.frames >= count || waited > 5000) return seen;
  }
}
