import { medianOf } from '../../spread.mjs';
import { onStage } from '../programs.mjs';

const PARALLEL = 200;
const CANCELS = 300;
const LOOKS = 1500;

/** What clients ask besides watching: starts with one key, cancelling, and ids that are not theirs. */
export async function starting() {
  return onStage(async ({ site, port }) => {
    const ask = (path, { verb = 'GET', cookie = '', ...headers } = {}, body) =>
      fetch(`http://localhost:${port}${path}`, { method: verb, headers: { cookie, ...headers }, body });
    const [cookie, stranger] = await site.ask('sessions', { count: 2 });
    const started = await Promise.all(
      Array.from({ length: PARALLEL }, async () => {
        const headers = { verb: 'POST', cookie, 'content-type': 'application/json', 'idempotency-key': '"once"' };
        return (await (await ask('/start', headers, '{}')).json()).id;
      }),
    );
    const begun = await site.ask('begun');
    const delays = [];
    const ids = await site.ask('start', { count: 1, kind: 'steered' });
    for (let count = 0; count < CANCELS; count += 1) {
      const [id] = await site.ask('start', { count: 1, kind: 'steered' });
      const askedAt = process.hrtime.bigint();
      await (await ask(`/operations/${id}/cancel`, { verb: 'POST', cookie })).text();
      delays.push(Number(BigInt(await site.ask('abortedAt', { id })) - askedAt) / 1e6);
    }
    const unknown = `${ids[0].slice(0, 20)}${'AAAAA'}`;
    const looks = { unknown: [], foreign: [] };
    for (let count = 0; count < LOOKS; count += 1) {
      for (const [kind, id] of count % 2 === 0
        ? Object.entries({ unknown, foreign: ids[0] })
        : Object.entries({ foreign: ids[0], unknown })) {
        const askedAt = performance.now();
        const answer = await ask(`/operations/${id}`, { cookie: stranger });
        await answer.text();
        if (answer.status !== 404) throw new Error(`A ${kind} operation answered ${answer.status}`);
        looks[kind].push(performance.now() - askedAt);
      }
    }
    delays.sort((one, other) => one - other);
    return [
      {
        measure: 'handler starts of parallel equal POSTs with one key',
        value: begun,
        unit: '',
        target: 1,
        count: PARALLEL,
      },
      {
        measure: 'operations they were answered with',
        value: new Set(started).size,
        unit: '',
        target: 1,
        count: PARALLEL,
      },
      {
        measure: 'cancel request to aborted signal, p99',
        value: delays[Math.floor(CANCELS * 0.99)],
        unit: 'ms',
        target: 100,
        count: CANCELS,
      },
      {
        measure: "an unknown id beside someone else's, difference of medians",
        value: Math.abs(medianOf(looks.unknown) - medianOf(looks.foreign)),
        unit: 'ms',
        target: 1,
        count: LOOKS,
      },
    ];
  });
}
