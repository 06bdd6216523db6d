/**
 * @import { Runtime } from './runtimes/runtime.mjs'
 * @import { Trial } from './trial.mjs'
 */

/**
 * How many behaviours each host showed on each runtime, in Markdown: passed, excepted and failed.
 *
 * @param {readonly Trial[]} trials
 * @returns {string}
 */
export function tableOf(trials) {
  const runtimes = [...new Set(trials.map(({ runtime }) => runtime))];
  const rows = hostsOf(trials).map(([host, its]) => [
    `\`${host}\``,
    ...runtimes.map((runtime) => cellOf(its.find((trial) => trial.runtime === runtime))),
  ]);
  return aligned([['passed / excepted / failed', ...runtimes.map(titleOf)], ...rows]);
}

/**
 * What was excepted, in Markdown: by host, and for each reason the behaviours that it concerns.
 *
 * @param {readonly Trial[]} trials
 * @returns {string}
 */
export function exceptionsOf(trials) {
  return hostsOf(trials)
    .map(([host, its]) => [`### ${host}`, reasonsOf(its)])
    .filter(([, reasons]) => reasons !== '')
    .flat()
    .join('\n\n');
}

/**
 * Every failure, for a terminal.
 *
 * @param {readonly Trial[]} trials
 * @returns {string}
 */
export function failuresOf(trials) {
  return trials
    .flatMap(({ runtime, host, outcomes }) =>
      outcomes
        .filter(({ outcome }) => outcome === 'failed')
        .map(
          ({ topic, name, error }) =>
            `${runtime.name}, ${host}, ${topic}: ${name}\n  ${error?.replaceAll('\n', '\n  ')}`,
        ),
    )
    .join('\n');
}

/**
 * @param {readonly Trial[]} trials
 * @returns {[host: string, trials: Trial[]][]} in the order in which the hosts come first
 */
function hostsOf(trials) {
  return [...new Set(trials.map(({ host }) => host))].map((host) => [
    host,
    trials.filter((trial) => trial.host === host),
  ]);
}

/** @param {Runtime} runtime */
function titleOf({ name, version }) {
  // The name of a release line is the beginning of the version.
  return `${name.split(' ')[0]} ${version}`;
}

/** @param {Trial | undefined} trial */
function cellOf(trial) {
  if (trial === undefined) return '–';
  const count = (kind) => trial.outcomes.filter(({ outcome }) => outcome === kind).length;
  return `${count('passed')} / ${count('excepted')} / ${count('failed')}`;
}

/** @param {readonly Trial[]} trials those of one host */
function reasonsOf(trials) {
  /** @type {Map<string, { subjects: Set<string>, runtimes: Set<string> }>} */
  const reasons = new Map();
  for (const { runtime, outcomes } of trials) {
    for (const { topic, name, outcome, reason = '' } of outcomes) {
      if (outcome !== 'excepted') continue;
      const isWhole = outcomes.every((one) => one.topic !== topic || one.outcome !== 'passed');
      const { subjects, runtimes } = reasons.get(reason) ?? { subjects: new Set(), runtimes: new Set() };
      subjects.add(isWhole ? `all about ${topic}` : `*${name}*`);
      reasons.set(reason, { subjects, runtimes: runtimes.add(runtime.name) });
    }
  }
  return [...reasons]
    .map(([reason, { subjects, runtimes }]) => {
      const where = runtimes.size === trials.length ? '' : ` (${[...runtimes].join(', ')})`;
      return `* ${[...subjects].join('; ')}: ${reason}${where}`;
    })
    .join('\n');
}

/** A table whose columns are as wide as what is in them, so that it can be read as it is. */
function aligned([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const lineOf = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [lineOf(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(lineOf)].join('\n');
}
