import { availableParallelism, cpus, totalmem } from 'node:os';

/**
 * When, where and how something was measured.
 *
 * @typedef {object} Circumstances
 * @property {string} date YYYY-MM-DD
 * @property {string} command
 * @property {string} cpu
 * @property {number} cores
 * @property {number} memoryGiB
 * @property {string} node
 */

/**
 * @param {string} command what measures
 * @returns {Circumstances}
 */
export function circumstances(command) {
  return {
    date: new Date().toISOString().slice(0, 10),
    command,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}
