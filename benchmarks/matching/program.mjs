/**
 * Measures one table in a fresh process, and prints nanoseconds by router as JSON.
 *
 * Usage: node program.mjs 10|100|1000|10000|wildcards
 */
import { checkAgreement } from './agree.mjs';
import { mapOf, routers } from './routers.mjs';
import { searchTimes } from './search-time.mjs';
import { requestsFor, tableOf, wildcards } from './table.mjs';

const [subject] = process.argv.slice(2);
const { table, requests, makers } = subject === 'wildcards' ? wildcardTable() : templateTable(Number(subject));
const made = Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make(table)]));
for (const [name, router] of Object.entries(made)) checkAgreement(name, router, requests);
console.log(JSON.stringify(searchTimes(made, requests)));

function templateTable(size) {
  const table = tableOf(size);
  const listed = (table) => mapOf(table, { precedence: 'listed' });
  return { table, requests: requestsFor(table), makers: { ...routers, 'HandlerMap, listed': listed } };
}

function wildcardTable() {
  const makers = {
    HandlerMap: (table) => mapOf(table, { syntax: 'wildcard' }),
    'HandlerMap, listed': (table) => mapOf(table, { syntax: 'wildcard', precedence: 'listed' }),
  };
  return { ...wildcards(), makers };
}
