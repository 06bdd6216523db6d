import { faultOf, headersFor } from './answers.mjs';
import { peers, programsOf } from './peers.mjs';
import { startProgram } from './program.mjs';
import { medianOf, ratioOf } from './ratios.mjs';
import { works } from './works.mjs';
import { requestsPerSecond } from './wrk.mjs';

/**
 * What was measured of one program.
 *
 * @typedef {object} Measured
 * @property {string} peer
 * @property {'works' | 'plain'} form
 * @property {readonly number[]} rates requests a second, in each round
 * @property {number} rate their median
 * @property {import('./ratios.mjs').Ratio} [toHost] against its bare host
 * @property {import('./ratios.mjs').Ratio} [toPlain] against the same peer without the means that the work is about
 */

/**
 * @typedef {object} Settings
 * @property {readonly string[]} works
 * @property {readonly string[]} peers
 * @property {number} rounds
 * @property {number} seconds of each program in each round
 * @property {number} warmUpSeconds of each program before the first
 */

/**
 * Measures all programs of a work, round by round.
 *
 * @param {string} name of the work
 * @param {Settings} settings
 * @param {(line: string) => void} say
 * @returns {Promise<Record<string, Measured>>} by the name of the program
 * @throws {Error} when programs answer otherwise than they should, before anything is measured
 */
export async function measureWork(name, settings, say) {
  const work = works[name];
  const programs = programsOf(name, settings.peers);
  const running = await startAll(programs, name);
  try {
    const entries = await Promise.all(
      programs.map(async (program, index) => {
        const { port } = running[index];
        const headers = await headersFor(port, work);
        return { program, port, headers, fault: await faultOf(port, work, headers), rates: [] };
      }),
    );
    const faults = entries.filter(({ fault }) => fault !== undefined);
    if (faults.length > 0) {
      const lines = faults.map(({ program, fault }) => `  ${program.name}: ${fault}`);
      throw new Error(`Measuring ${name} makes no sense, as these answer otherwise:\n${lines.join('\n')}`);
    }
    const send = ({ port, headers }, seconds) => requestsPerSecond(port, work, headers, seconds);
    for (const entry of entries) await send(entry, settings.warmUpSeconds);
    for (let round = 0; round < settings.rounds; round += 1) {
      // Each round begins elsewhere, and every other goes backwards, so that no program always follows the same one.
      const order = rotated(entries, round * 5);
      for (const entry of round % 2 === 0 ? order : order.reverse())
        entry.rates.push(await send(entry, settings.seconds));
      say(`${name}: round ${round + 1} of ${settings.rounds}`);
    }
    return summaryOf(entries);
  } finally {
    for (const { stop } of running) stop();
  }
}

async function startAll(programs, work) {
  const started = await Promise.allSettled(programs.map((program) => startProgram(program, work)));
  const failed = started.find(({ status }) => status === 'rejected');
  if (failed === undefined) return started.map(({ value }) => value);
  for (const { value } of started) value?.stop();
  throw failed.reason;
}

function rotated(entries, by) {
  const start = by % entries.length;
  return [...entries.slice(start), ...entries.slice(0, start)];
}

function summaryOf(entries) {
  const ratesOf = (name) => entries.find(({ program }) => program.name === name)?.rates;
  return Object.fromEntries(
    entries.map(({ program: { name, peer, form, against }, rates }) => {
      const host = against && ratesOf(against);
      const plain = form === 'works' ? ratesOf(`${name} plain`) : undefined;
      return [
        name,
        {
          peer,
          form,
          rates,
          rate: medianOf(rates),
          ...(host && { toHost: ratioOf(rates, host) }),
          ...(plain && { toPlain: ratioOf(rates, plain) }),
        },
      ];
    }),
  );
}

/**
 * Why peers are not in a work.
 *
 * @param {string} work
 * @param {readonly string[]} names of peers
 * @returns {Record<string, string>}
 */
export function lacking(work, names) {
  return Object.fromEntries(
    names.flatMap((name) => (peers[name].lacks?.[work] === undefined ? [] : [[name, peers[name].lacks[work]]])),
  );
}
