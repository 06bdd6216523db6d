/**
 * Profiles HandlerMap's search on one table in this fresh process, and prints as JSON what one takes and how that divides.
 *
 * Usage: node search.mjs 10|100|1000|10000
 */
import { Session } from 'node:inspector/promises';
import { mapOf } from '../matching/routers.mjs';
import { searchTimes } from '../matching/search-time.mjs';
import { requestsFor, tableOf } from '../matching/table.mjs';
import { sharesOf } from './shares.mjs';

const jobs = [
  [/\/(captures|path-params|path)\.js/, 'making the params'],
  [/\/(handler-map|candidates|verb-rules|verb|map-entry|path-precedence|winners)\.js/, 'choosing among what fits'],
  [/\/core\/dist\/lib\/matching\//, 'reading the path, segment by segment'],
];

const [size] = process.argv.slice(2);
const table = tableOf(Number(size));
const requests = requestsFor(table);
const routers = { HandlerMap: mapOf(table) };
const { HandlerMap: nanoseconds } = searchTimes(routers, requests);
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: 100 });
await session.post('Profiler.start');
searchTimes(routers, requests);
const { profile } = await session.post('Profiler.stop');
// What the measurement itself does, such as making new paths, is left out.
const jobOf = (file) => jobs.find(([pattern]) => pattern.test(file))?.[1];
console.log(JSON.stringify({ nanoseconds, ...sharesOf(profile, jobOf) }));
