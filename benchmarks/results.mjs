import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const folder = join(import.meta.dirname, 'results');

/** What `npm run bench` measures, each with a file of its own. */
export const parts = Object.freeze(['load', 'matching', 'start', 'profile']);

/** Everything whose results the pages show. */
export const shownParts = Object.freeze([...parts, 'operations']);

/**
 * Where the results of a part stand. Those of a run that left something out stand apart, so that they replace nothing.
 *
 * @param {string} part
 * @param {boolean} [isShort]
 * @returns {string}
 */
export function fileOf(part, isShort = false) {
  return isShort ? join(folder, 'short', `${part}.json`) : join(folder, `${part}.json`);
}

/**
 * @param {string} file
 * @param {object} results
 */
export function writeResults(file, results) {
  mkdirSync(dirname(file), { recursive: true });
  const text = JSON.stringify(results, roundNumber, 2);
  // Lists of numbers take one line, as the formatter has them.
  const compact = text.replace(/\[\s+([\d.,\s]+?)\s+\]/g, (_all, list) => `[${list.replace(/\s+/g, ' ')}]`);
  writeFileSync(file, `${compact}\n`);
}

/**
 * @param {string} part
 * @returns {object} as the last whole run measured it
 * @throws {Error} when none has
 */
export function readResults(part) {
  const file = fileOf(part);
  if (!existsSync(file)) throw new Error(`Reading ${file} failed: nothing was measured yet; "npm run bench" does it`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Four digits say more than any of these measurements knows. */
function roundNumber(_key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
