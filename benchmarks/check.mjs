/**
 * Measures a few ratios again and fails when one is below 0.8 of what results/ has recorded. A ratio that seems lost is measured
 * twice more, and only then believed: what is lost is lost each time, and noise is not.
 */
import { checkAnswers, measureWork } from './load/measure.mjs';
import { searchTimesOf } from './matching/run.mjs';
import { readResults } from './results.mjs';

const tolerated = 0.8;
const settings = { starts: 1, rounds: 3, seconds: 1, warmUpSeconds: 3 };
const peersByWork = { user: ['verbena-node', 'verbena-koa'], order: ['verbena-node'] };

/** Each gives ratios by name, as recorded and as they are now; more is better. */
const subjects = [
  ...Object.entries(peersByWork).map(([work, peers]) => async () => {
    await checkAnswers(work, peers);
    const programs = await measureWork(work, { ...settings, peers }, () => {});
    const recorded = readResults('load').works[work].programs;
    return peers.map((peer) => ({
      title: `${peer} / bare host, ${work}`,
      now: programs[peer].toHost.median,
      recorded: recorded[peer].toHost.median,
    }));
  }),
  async () => {
    const against = (times) => times['find-my-way'].median / times.HandlerMap.median;
    return [
      {
        title: 'HandlerMap / find-my-way, 1,000 routes',
        now: against(await searchTimesOf(1000, 1)),
        recorded: against(readResults('matching').tables[1000]),
      },
    ];
  },
];

const isLost = ({ now, recorded }) => now < tolerated * recorded;
const lost = [];
for (const measure of subjects) {
  let ratios = await measure();
  for (let repeated = 0; repeated < 2 && ratios.some(isLost); repeated += 1) {
    const again = await measure();
    ratios = ratios.map((ratio, index) => (again[index].now > ratio.now ? again[index] : ratio));
  }
  for (const { title, now, recorded } of ratios)
    console.log(`${title}: ${now.toFixed(2)}, recorded ${recorded.toFixed(2)}`);
  lost.push(...ratios.filter(isLost));
}
if (lost.length > 0) {
  console.error(`Below ${tolerated} of what was recorded: ${lost.map(({ title }) => title).join('; ')}`);
  process.exitCode = 1;
}
