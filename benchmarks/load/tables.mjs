import { tableOf } from '../table.mjs';
import { again, peers } from './peers.mjs';

/** @import { Measured } from './measure.mjs' */
/** @import { Spread } from '../spread.mjs' */

/**
 * Every ratio to the bare host: a row for each peer, a column for each work. A bare host shows its requests a second.
 *
 * @param {{ works: Record<string, { programs: Record<string, Measured>, lacking: Record<string, string> }> }} load
 * @returns {string}
 */
export function ratiosTable({ works }) {
  const names = Object.keys(peers)
    .flatMap((name) => [name, again(name)])
    .filter((name) => Object.values(works).some(({ programs }) => name in programs));
  const rows = names.map((name) => [
    name in peers ? rowTitle(name) : 'the same once more',
    ...Object.values(works).map(({ programs }) => cellOf(programs[name])),
  ]);
  return tableOf(['', ...Object.keys(works)], rows);
}

/**
 * What the means of a work cost each peer that has them: its ratio to the same answer without.
 *
 * @param {Parameters<typeof ratiosTable>[0]} load
 * @returns {string | undefined} nothing when none was measured
 */
export function plainTable({ works }) {
  const measured = Object.entries(works).filter(([, { programs }]) =>
    Object.values(programs).some(({ toPlain }) => toPlain),
  );
  if (measured.length === 0) return undefined;
  const names = Object.keys(peers).filter((name) => measured.some(([, { programs }]) => programs[name]?.toPlain));
  const rows = names.map((name) => [
    rowTitle(name),
    ...measured.map(([, { programs }]) => (programs[name]?.toPlain ? showRatio(programs[name].toPlain) : '–')),
  ]);
  return tableOf(['', ...measured.map(([work]) => `${work} / plain`)], rows);
}

/**
 * The works a peer is not in, and why.
 *
 * @param {Parameters<typeof ratiosTable>[0]} load
 * @returns {string}
 */
export function lackingList({ works }) {
  const reasons = new Map();
  for (const [work, { lacking }] of Object.entries(works))
    for (const [name, reason] of Object.entries(lacking)) {
      const line = `${rowTitle(name)}: ${reason}`;
      reasons.set(line, [...(reasons.get(line) ?? []), work]);
    }
  return Array.from(reasons, ([line, works]) => `* ${line} (${works.join(', ')})`).join('\n');
}

/**
 * A peer's name, with its host where that is another.
 *
 * @param {string} name
 * @returns {string}
 */
export function rowTitle(name) {
  const { title, host } = peers[name];
  if (host === name) return `**${title}**`;
  return title.startsWith('@') || host === 'node-http' ? title : `${title} on ${peers[host].title}`;
}

/**
 * @param {Spread} ratio
 * @returns {string}
 */
export function showRatio({ median, lowest, highest }) {
  return `${median.toFixed(2)} (${lowest.toFixed(2)}–${highest.toFixed(2)})`;
}

function cellOf(measured) {
  if (measured === undefined) return '–';
  return measured.toHost ? showRatio(measured.toHost) : `${Math.round(measured.rate).toLocaleString('en')}/s`;
}
