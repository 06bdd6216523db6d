import { medianOf, spreadOf } from '../spread.mjs';
import { faultOf, headersFor } from './answers.mjs';
import { groupsOf, isOurs, peers } from './peers.mjs';
import { startProgram } from './program.mjs';
import { works } from './works.mjs';
import { sendRequests } from './wrk.mjs';

/** @import { Program } from './peers.mjs' */
/** @import { Running } from './program.mjs' */
/** @import { Spread } from '../spread.mjs' */

/**
 * What one program did in one round.
 *
 * @typedef {object} Turn
 * @property {number} rate requests in a second of its processor time
 * @property {number} byClock requests in a second
 */

/**
 * A program that is running, ready to be asked.
 *
 * @typedef {object} Entry
 * @property {Program} program
 * @property {number} index of it in its group
 * @property {number} port
 * @property {Running['ask']} ask
 * @property {Record<string, string>} headers to send with each request
 */

/**
 * What was measured of one program.
 *
 * @typedef {object} Measured
 * @property {string} peer
 * @property {'works' | 'plain'} form
 * @property {readonly number[]} rates requests in a second of its processor time, in each round
 * @property {number} rate their median
 * @property {Spread} [toHost] rates against those of its bare host
 * @property {Spread} [toHostByClock] the same of requests in a second of the clock
 * @property {Spread} [toPlain] against the same peer without the means that the work is about
 */

/**
 * @typedef {object} Settings
 * @property {readonly string[]} works
 * @property {readonly string[]} peers
 * @property {number} starts of each program; of those that targets are about, twice as many
 * @property {number} rounds after each start
 * @property {number} seconds of each program in each round
 * @property {number} warmUpSeconds of each program before the first
 */

/**
 * Measures all programs of a work: each next to its bare host, both fresh, turn by turn, so that what disturbs the machine
 * disturbs both. What counts is the processor time they take: where a core has nothing else to do that is the clock's, and
 * where it has, the clock would count the others' work as theirs.
 *
 * @param {string} name of the work
 * @param {Settings} settings
 * @param {(line: string) => void} say
 * @returns {Promise<Record<string, Measured>>} by the name of the program
 * @throws {Error} when a program cannot be measured, twice
 */
export async function measureWork(name, settings, say) {
  const groups = groupsOf(name, settings.peers);
  const rounds = groups.map(() => []);
  // What the machine is busy with beside lasts for many rounds: what targets are about is measured more often, and not longer.
  for (let start = 0; start < 2 * settings.starts; start += 1) {
    for (const [index, group] of groups.entries()) {
      if (start >= settings.starts && !group.some(({ peer }) => isOurs(peer))) continue;
      // One that was cut off in the middle, as by a machine that stood still, may be measured again; half an hour may not.
      const turns = await measureGroup(group, name, settings).catch((error) => {
        say(`${name}: once more, as ${error.message}`);
        return measureGroup(group, name, settings);
      });
      rounds[index].push(...turns);
    }
    say(`${name}: start ${start + 1} of ${2 * settings.starts}`);
  }
  return summaryOf(groups.map((group, index) => ({ group, rounds: rounds[index] })));
}

function measureGroup(group, name, settings) {
  return withRunning(group, name, (entries) => measureRounds(entries, works[name], settings));
}

/**
 * Warms programs up and has them take their turns.
 *
 * @param {readonly Entry[]} entries
 * @param {import('./works.mjs').Work} work
 * @param {Pick<Settings, 'rounds' | 'seconds' | 'warmUpSeconds'>} settings
 * @returns {Promise<Turn[][]>} for each round what each of them answered, in their order
 */
export async function measureRounds(entries, work, { rounds, seconds, warmUpSeconds }) {
  for (const { port, headers } of entries) await sendRequests(port, work, headers, warmUpSeconds);
  const measured = [];
  for (let round = 0; round < rounds; round += 1) {
    const turns = [];
    // Every other round goes backwards, so that no program is always the first.
    const order = round % 2 === 0 ? entries : entries.toReversed();
    for (const entry of order) turns[entry.index] = await takeTurn(entry, work, seconds);
    measured.push(turns);
  }
  return measured;
}

async function takeTurn({ port, headers, ask }, work, seconds) {
  const before = await ask('read');
  const { count, perSecond } = await sendRequests(port, work, headers, seconds);
  const after = await ask('read');
  return { rate: (count * 1e6) / (after.cpuMicroseconds - before.cpuMicroseconds), byClock: perSecond };
}

/**
 * Looks at the answers of all programs of a work.
 *
 * @param {string} name of the work
 * @param {readonly string[]} names of peers
 * @throws {Error} when any is wrong, with all that are
 */
export async function checkAnswers(name, names) {
  const programs = new Map(groupsOf(name, names).flatMap((group) => group.map((program) => [program.name, program])));
  await withRunning([...programs.values()], name, async (entries) => {
    const faults = await Promise.all(entries.map(({ port, headers }) => faultOf(port, works[name], headers)));
    const lines = entries.flatMap(({ program }, index) =>
      faults[index] === undefined ? [] : [`  ${program.name}: ${faults[index]}`],
    );
    if (lines.length === 0) return;
    throw new Error(`Measuring ${name} makes no sense, as these answer otherwise:\n${lines.join('\n')}`);
  });
}

/**
 * Starts programs, signs in where the work asks for it, and stops them whatever happens.
 *
 * @template Value
 * @param {readonly Program[]} programs
 * @param {string} name of the work
 * @param {(entries: Entry[]) => Promise<Value>} use
 * @returns {Promise<Value>}
 */
export async function withRunning(programs, name, use) {
  const started = await Promise.allSettled(programs.map((program) => startProgram(program, name)));
  try {
    const failed = started.find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return await use(
      await Promise.all(
        started.map(async ({ value: { port, ask } }, index) => {
          return { program: programs[index], index, port, ask, headers: await headersFor(port, works[name]) };
        }),
      ),
    );
  } finally {
    for (const { value } of started) value?.stop();
  }
}

/**
 * What the rounds of groups show of each program.
 *
 * @param {readonly { group: readonly Program[], rounds: readonly (readonly Turn[])[] }[]} measured
 * @returns {Record<string, Measured>}
 */
export function summaryOf(measured) {
  /** @type {Record<string, Measured>} */
  const summary = {};
  for (const { group, rounds } of measured) {
    const ratiosTo = (own, other, kind = 'rate') =>
      spreadOf(rounds.map((turns) => turns[own][kind] / turns[other][kind]));
    for (const [index, { name, peer, form, against }] of group.entries()) {
      const plain = form === 'works' ? group.findIndex((other) => other.peer === peer && other.form === 'plain') : -1;
      // A bare host stands in several groups.
      const rates = [...(summary[name]?.rates ?? []), ...rounds.map((turns) => turns[index].rate)];
      summary[name] = {
        peer,
        form,
        rates,
        rate: medianOf(rates),
        ...(against !== undefined && { toHost: ratiosTo(index, 0), toHostByClock: ratiosTo(index, 0, 'byClock') }),
        ...(plain !== -1 && { toPlain: ratiosTo(index, plain) }),
      };
    }
  }
  return summary;
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
