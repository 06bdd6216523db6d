import { readFileSync, writeFileSync } from 'node:fs';
import { lackingList, plainTable, ratiosTable, rowTitle, showRatio } from '../load/tables.mjs';
import { works } from '../load/works.mjs';
import { searchTable } from '../matching/run.mjs';
import { operationsTable } from '../operations/table.mjs';
import { bundleTable, functionList, ours, requestTable, searchTable as searchPartsTable } from '../profile/tables.mjs';
import { allocationTable, bundlesTable, showEmpty, showStarted, startTable } from '../start/tables.mjs';
import { tableOf } from '../table.mjs';
import { chartOf } from './chart.mjs';
import { certainty, missedTargets, targetsTable } from './targets.mjs';

const root = new URL('../../', import.meta.url);

/** Everything that shows results: each text stands in its file, between the marks that say that it is generated. */
const pages = [
  { file: 'README.md', textOf: summary },
  { file: 'docs/guide/speed.md', textOf: wholePage },
  { file: 'docs/guide/speed-profile.md', textOf: profilePage },
];
const chart = 'docs/guide/speed.svg';
const generated = /(?<=<!-- bench -->\n)[^]*?(?=<!-- \/bench -->)/;

/**
 * Every file that shows results, as they say it should be.
 *
 * @param {Record<string, object>} results by part
 * @returns {{ file: string, now: string, wanted: string }[]} paths from the root
 * @throws {Error} when a page has no marks
 */
export function filesWith(results) {
  const read = (file) => readFileSync(new URL(file, root), 'utf8');
  return [
    ...pages.map(({ file, textOf }) => {
      const now = read(file);
      if (!generated.test(now))
        throw new Error(`Writing ${file} failed: it has no <!-- bench --> before <!-- /bench -->`);
      return { file, now, wanted: now.replace(generated, () => `\n${textOf(results)}\n\n`) };
    }),
    { file: chart, now: read(chart), wanted: chartOf(results.load) },
  ];
}

/**
 * @param {Record<string, object>} results by part
 * @returns {string[]} the files that said something else before
 */
export function writePages(results) {
  const changed = filesWith(results).filter(({ now, wanted }) => now !== wanted);
  for (const { file, wanted } of changed) writeFileSync(new URL(file, root), wanted);
  return changed.map(({ file }) => file);
}

/** The first three works of our adapters, and of what stands beside them on the same hosts. */
function summary({ load }) {
  const shown = ['hello', 'user', 'order'].filter((work) => work in load.works);
  const names = [
    'verbena-node',
    'verbena-koa',
    'verbena-express',
    'verbena-fastify',
    'routing-controllers',
    'nest-express',
    'nest-fastify',
  ];
  const rows = names
    .filter((name) => shown.some((work) => load.works[work].programs[name]))
    .map((name) => [rowTitle(name), ...shown.map((work) => ratioIn(load, work, name))]);
  return [tableOf(['of the bare host', ...shown], rows), when(load)].join('\n\n');
}

function wholePage({ load, matching, start, operations }) {
  return [
    '## Requests',
    worksTable(load),
    ratiosTable(load),
    lackingList(load),
    `${roundsOf(load)} rounds of ${load.seconds} s each, ${load.connections} connections. ${when(load)}`,
    '## What a factory and a scope cost',
    'The same answer with the means of the work, and without.',
    plainTable(load),
    '## Matching',
    'Nanoseconds for one search, by number of routes; in brackets the lowest and the highest process.',
    searchTable(matching.tables),
    when(matching),
    '## Starting',
    'From the first import to the first answer, and what the process then holds more than before: heap / all of it.',
    startTable(start),
    `Importing \`@verbena/core\` alone: ${showStarted(start.core)}; tsyringe and reflect-metadata, on which it stands, without it: ${showStarted(start.container)}. Before any import a process of Node with its HTTP server holds ${showEmpty(start)}, which is counted for nobody.`,
    '## Weight',
    'Bundled for the edge by esbuild, with all that is needed; for Verbena that includes tsyringe and reflect-metadata. [What it is made of](speed-profile.md#what-a-bundle-is-made-of).',
    bundlesTable(start),
    '## Memory for a request',
    'Bytes allocated for one request, the server\u2019s own included.',
    allocationTable(start),
    `Borrowing a pooled handler and giving it back takes ${Math.round(start.poolNanoseconds)} ns.`,
    when(start),
    '## Operations',
    'What watching and running [operations](operations.md) costs, beside what they are to hold.',
    operationsTable(operations.rows),
    whenEach(operations.rows),
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('\n\n');
}

/** What is wanted, what is reached, and where the time goes. */
function profilePage(results) {
  const { profile, start } = results;
  const missed = missedTargets(results);
  const off = certainty(results);
  return [
    '## Targets',
    'What was measured is the median of its rounds or processes; of several works or tables, the one furthest from its target.',
    targetsTable(results),
    off === undefined
      ? ''
      : `Of the ratios to a bare host nothing finer than ${off.toFixed(2)} can be told: so far the bare node:http is off itself.`,
    missed === '' ? '' : '## What is missed, and why',
    missed,
    '## Where the time of a request goes',
    'Microseconds of the processor for one request, by what they are for.',
    ...ours(profile.requests).flatMap((name) => [
      `### ${rowTitle(name)}`,
      requestTable(profile.requests, name),
      `The dearest functions outside Node, user:\n\n${functionList(profile.requests[name].user, 10)}`,
    ]),
    when(profile),
    '## Where the time of a search goes',
    'Nanoseconds for one `find()` of a `HandlerMap`.',
    searchPartsTable(profile.searches),
    ...Object.entries(profile.searches).map(
      ([size, search]) =>
        `The dearest functions among ${Number(size).toLocaleString('en')} routes:\n\n${functionList(search, 6)}`,
    ),
    '## What a bundle is made of',
    'A handler on `@verbena/core`, bundled for the edge: what is loaded at once.',
    bundleTable(start.bundles['a handler on @verbena/core']),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** How many rounds there were, and of Verbena where those were more. */
function roundsOf({ starts, rounds, works }) {
  const [{ programs }] = Object.values(works);
  const own = programs['verbena-node'].rates.length;
  return own === starts * rounds ? own : `${starts * rounds}, of Verbena ${own}`;
}

function worksTable(load) {
  return tableOf(
    ['work', 'request', 'what it shows'],
    Object.keys(load.works).map((name) => [name, `\`${works[name].verb} ${works[name].path}\``, works[name].title]),
  );
}

function ratioIn(load, work, name) {
  const { toHost } = load.works[work].programs[name] ?? {};
  return toHost === undefined ? '–' : showRatio(toHost);
}

/** The same of rows that were measured by themselves: once for each day and command. */
function whenEach(rows) {
  return [...new Set(Object.values(rows).map(when))].join('\n');
}

/** Where the numbers come from. */
function when({ measured: { date, cpu, cores, memoryGiB, node, command } }) {
  return `Measured on ${date} with \`${command}\`: Node ${node.slice(1)}, ${cpu}, ${cores} cores, ${memoryGiB} GiB.`;
}
