import { tableOf } from '../table.mjs';
import { rows } from './rows/rows.mjs';

/**
 * What was measured, beside its targets.
 *
 * @param {Record<string, { found: readonly import('./rows/rows.mjs').Measured[] }>} kept by the name of the row
 * @returns {string}
 */
export function operationsTable(kept) {
  const shown = Object.keys(rows).flatMap((name) => kept[name]?.found ?? []);
  return tableOf(['measure', 'of', 'found', 'target', 'holds'], shown.map(cellsOf));
}

/** @param {import('./rows/rows.mjs').Measured} measured */
function cellsOf({ measure, value, unit, target, isLeast = false, count }) {
  const withUnit = (number) => `${Number(number.toPrecision(3))} ${unit}`.trim();
  const holds = target === undefined || (isLeast ? value >= target : value <= target);
  return [
    measure,
    count === undefined ? '' : String(count),
    withUnit(value),
    target === undefined ? '' : `${isLeast ? '≥' : '≤'} ${withUnit(target)}`,
    target === undefined ? '' : holds ? 'yes' : 'no',
  ];
}
