import { peers } from '../load/peers.mjs';
import { rowTitle } from '../load/tables.mjs';
import { tableOf } from '../table.mjs';
import { partOf } from './parts.mjs';

/**
 * @param {Awaited<ReturnType<typeof import('./run.mjs').measureProfile>>} results
 * @returns {string} for the terminal
 */
export function showProfile({ requests, searches }) {
  return [
    ...ours(requests).map(
      (name) => `Microseconds of the processor for one request:\n\n${requestTable(requests, name)}`,
    ),
    `Nanoseconds for one search:\n\n${searchTable(searches)}`,
  ].join('\n\n');
}

/**
 * @param {Record<string, object>} requests
 * @returns {string[]} those that stand on a host that was profiled too
 */
export function ours(requests) {
  return Object.keys(requests).filter((name) => peers[name].host !== name);
}

/**
 * Where a request's time goes: a row for each part, and for each work a column of the bare host and one of the peer.
 *
 * @param {Record<string, Record<string, import('./requests.mjs').RequestProfile>>} requests
 * @param {string} name of the peer
 * @returns {string}
 */
export function requestTable(requests, name) {
  const { host } = peers[name];
  const columns = Object.keys(requests[name]).flatMap((work) => [
    { title: `${work}, bare`, ...requests[host][work] },
    { title: `${work}, ${rowTitle(name)}`, ...requests[name][work] },
  ]);
  const cell = (part, { parts, microseconds }) => (part in parts ? (parts[part] * microseconds).toFixed(2) : '–');
  return tableOf(
    ['µs', ...columns.map(({ title }) => title)],
    [
      ['**a request**', ...columns.map(({ microseconds }) => `**${microseconds.toFixed(1)}**`)],
      ...partsIn(columns).map((part) => [part, ...columns.map((column) => cell(part, column))]),
    ],
  );
}

/**
 * The same of searches: a column for each table.
 *
 * @param {Record<string, import('./shares.mjs').Shares & { nanoseconds: number }>} searches
 * @returns {string}
 */
export function searchTable(searches) {
  const columns = Object.values(searches);
  return tableOf(
    ['ns', ...Object.keys(searches).map((size) => `${Number(size).toLocaleString('en')} routes`)],
    [
      ['**a search**', ...columns.map(({ nanoseconds }) => `**${Math.round(nanoseconds)}**`)],
      ...partsIn(columns).map((part) => [
        part,
        ...columns.map(({ parts, nanoseconds }) => String(Math.round((parts[part] ?? 0) * nanoseconds))),
      ]),
    ],
  );
}

/**
 * The dearest functions, a line for each.
 *
 * @param {{ functions: readonly { name: string, file: string, share: number }[] }} profile
 * @param {number} count
 * @returns {string}
 */
export function functionList({ functions }, count) {
  return functions
    .slice(0, count)
    .map(
      ({ name, file, share }) =>
        `* \`${name}\` in ${file.slice(file.lastIndexOf('/') + 1)}: ${(share * 100).toFixed(1)} %`,
    )
    .join('\n');
}

/**
 * What a bundle is made of.
 *
 * @param {import('../start/weight.mjs').Weight} weight
 * @returns {string}
 */
export function bundleTable({ modules, minified, gzipped }) {
  const parts = new Map();
  for (const [file, weight] of Object.entries(modules)) {
    const part = file === '<stdin>' ? 'the handler itself' : partOf(file);
    const { files, minified: own, gzipped: share } = parts.get(part) ?? { files: 0, minified: 0, gzipped: 0 };
    parts.set(part, { files: files + 1, minified: own + weight.minified, gzipped: share + weight.gzipped });
  }
  const rows = [...parts].sort(([, one], [, other]) => other.minified - one.minified);
  const kibibytes = (bytes) => (bytes / 1024).toFixed(1);
  return tableOf(
    ['KiB', 'files', 'minified', 'gzipped, by share'],
    [
      ['**all**', String(Object.keys(modules).length), kibibytes(minified), kibibytes(gzipped)],
      ...rows.map(([part, weight]) => [
        part,
        String(weight.files),
        kibibytes(weight.minified),
        kibibytes(weight.gzipped),
      ]),
    ],
  );
}

/** The parts of all columns, those first that take the most. */
function partsIn(columns) {
  const most = new Map();
  for (const { parts } of columns)
    for (const [part, share] of Object.entries(parts)) most.set(part, Math.max(share, most.get(part) ?? 0));
  return [...most].sort(([, one], [, other]) => other - one).map(([part]) => part);
}
