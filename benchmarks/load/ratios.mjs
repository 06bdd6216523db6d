/**
 * A ratio as rounds showed it.
 *
 * @typedef {object} Ratio
 * @property {number} median
 * @property {number} lowest
 * @property {number} highest
 */

/**
 * Compares two programs round by round, so that what disturbed both in a round counts for neither.
 *
 * @param {readonly number[]} rates a number for each round
 * @param {readonly number[]} others of the same rounds
 * @returns {Ratio}
 */
export function ratioOf(rates, others) {
  const ratios = rates.map((rate, round) => rate / others[round]);
  return { median: medianOf(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}

/**
 * @param {readonly number[]} values at least one
 * @returns {number}
 */
export function medianOf(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
