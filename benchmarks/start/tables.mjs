import { rowTitle } from '../load/tables.mjs';
import { tableOf } from '../table.mjs';
import { counts } from './fresh.mjs';

const mebibyte = 2 ** 20;

/**
 * @param {Awaited<ReturnType<typeof import('./run.mjs').measureStart>>} results
 * @returns {string} for the terminal
 */
export function showStart(results) {
  return [
    'From the first import to the first answer, and what is then held (heap / whole process):',
    startTable(results),
    `Importing core alone: ${showStarted(results.core)}; tsyringe and reflect-metadata alone: ${showStarted(results.container)}`,
    'Bundled for the edge:',
    bundlesTable(results),
    'Bytes allocated for one request:',
    allocationTable(results),
    `Borrowing a pooled handler and giving it back: ${Math.round(results.poolNanoseconds)} ns`,
  ].join('\n\n');
}

export function startTable({ apps }) {
  return tableOf(
    ['', ...counts.map((count) => `${count.toLocaleString('en')} handlers`)],
    Object.entries(apps).map(([peer, started]) => [
      rowTitle(peer),
      ...counts.map((count) => showStarted(started[count])),
    ]),
  );
}

/** Time to the first answer, and memory. */
export function showStarted({ wholeMs, heapBytes, rssBytes }) {
  return `${Math.round(wholeMs)} ms, ${showMemory(heapBytes, rssBytes)}`;
}

/** What a process holds before anything is imported, which is counted for nobody. */
export function showEmpty({ core: { emptyHeapBytes, emptyRssBytes } }) {
  return showMemory(emptyHeapBytes, emptyRssBytes);
}

export function bundlesTable({ bundles }) {
  const rows = Object.entries(bundles).map(([title, { minified, gzipped, laterGzipped }]) => [
    title,
    kibibytes(minified),
    kibibytes(gzipped),
    laterGzipped === 0 ? '–' : kibibytes(laterGzipped),
  ]);
  return tableOf(['', 'minified', 'gzipped', 'loaded later, gzipped'], rows);
}

export function allocationTable({ allocatedBytes }) {
  const works = Object.keys(allocatedBytes);
  const names = Object.keys(allocatedBytes[works[0]]);
  const rows = names.map((name) => [
    rowTitle(name),
    ...works.map((work) => allocatedBytes[work][name].toLocaleString('en')),
  ]);
  return tableOf(['', ...works], rows);
}

function showMemory(heapBytes, rssBytes) {
  return `${(heapBytes / mebibyte).toFixed(1)} / ${(rssBytes / mebibyte).toFixed(0)} MiB`;
}

function kibibytes(bytes) {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
