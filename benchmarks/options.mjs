import { parseArgs } from 'node:util';
import { peers } from './load/peers.mjs';
import { works } from './load/works.mjs';
import { parts } from './results.mjs';

/**
 * What a run is asked to measure.
 *
 * @typedef {object} Options
 * @property {readonly string[]} parts
 * @property {import('./load/measure.mjs').Settings} load
 * @property {number} processes fresh processes for each number of matching and start
 * @property {boolean} isShort whether anything was left out
 */

const whole = { starts: 2, rounds: 2, seconds: 1, warmUpSeconds: 2, processes: 5 };

/**
 * @param {readonly string[]} words of the command line
 * @returns {Options}
 * @throws {TypeError} when a word is not known, or a number is none
 */
export function optionsFrom(words) {
  const { values } = parseArgs({
    args: [...words],
    options: {
      parts: { type: 'string' },
      works: { type: 'string' },
      peers: { type: 'string' },
      starts: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up-seconds': { type: 'string' },
      processes: { type: 'string' },
    },
  });
  return {
    parts: namesIn('parts', values.parts, parts),
    load: {
      works: namesIn('works', values.works, Object.keys(works)),
      peers: namesIn('peers', values.peers, Object.keys(peers)),
      starts: numberIn('starts', values.starts, whole.starts),
      rounds: numberIn('rounds', values.rounds, whole.rounds),
      seconds: numberIn('seconds', values.seconds, whole.seconds),
      warmUpSeconds: numberIn('warm-up-seconds', values['warm-up-seconds'] ?? values.seconds, whole.warmUpSeconds),
    },
    processes: numberIn('processes', values.processes, whole.processes),
    isShort: Object.keys(values).some((name) => name !== 'parts'),
  };
}

function namesIn(option, list, known) {
  if (list === undefined) return known;
  const names = list.split(',');
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return names;
  throw new TypeError(`--${option} has ${unknown.join(', ')}; known are ${known.join(', ')}`);
}

function numberIn(option, text, otherwise) {
  if (text === undefined) return otherwise;
  const number = Number(text);
  // wrk takes whole seconds.
  if (Number.isInteger(number) && number > 0) return number;
  throw new TypeError(`--${option} is "${text}"; it takes a whole number above 0`);
}
