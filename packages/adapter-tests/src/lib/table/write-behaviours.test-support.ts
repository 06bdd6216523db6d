import { runAdapter, type TestOutcome } from '../run-adapter.js';
import { writeTable } from './behaviour-page.test-support.js';
import { behaviourTable, type HostOutcomes } from './behaviour-table.test-support.js';
import { contractHosts } from './contract-hosts.test-support.js';

/** Has every host of the repository show every behaviour, prints what became of it, and puts that into the guide. */
const hosts: HostOutcomes[] = [];
for (const host of await contractHosts()) {
  const outcomes: TestOutcome[] = [];
  for await (const outcome of runAdapter(host)) {
    outcomes.push(outcome);
    if (outcome.outcome === 'failed') console.error(`${host.name}, ${outcome.topic}: ${outcome.name}`, outcome.error);
  }
  hosts.push({ name: host.name, outcomes });
}

const table = behaviourTable(hosts);
process.stdout.write(`${table}\n`);
const failed = hosts.flatMap(({ outcomes }) => outcomes).filter(({ outcome }) => outcome === 'failed');
if (failed.length === 0) writeTable(table);
else {
  console.error(`${failed.length} behaviours were not shown, so the guide was left as it is`);
  process.exitCode = 1;
}
