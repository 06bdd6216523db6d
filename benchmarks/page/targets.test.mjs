import { expect } from 'chai';
import { readResults, shownParts } from '../results.mjs';
import { certainty, missedTargets, targets, targetsTable } from './targets.mjs';

describe('the targets', () => {
  /** Results of the last run, in which a program is as fast as its host but where said. */
  function resultsWith(peer, ratios) {
    const results = structuredClone(Object.fromEntries(shownParts.map((part) => [part, readResults(part)])));
    for (const [work, { programs }] of Object.entries(results.load.works))
      programs[peer].toHost.median = ratios[work] ?? 1;
    return results;
  }

  const rowOf = (results) =>
    targetsTable(results)
      .split('\n')
      .find((line) => line.includes('`@verbena/node` of bare node:http, hello'));

  it('hold or are missed as the numbers say, rounded as they are shown', () => {
    expect(rowOf(resultsWith('verbena-node', { hello: 0.9751 }))).to.match(/≥ 0\.98 +\| 0\.98 \(hello\) +\| holds/);
    expect(rowOf(resultsWith('verbena-node', { hello: 0.9749 }))).to.match(/0\.97 \(hello\) +\| missed/);
  });

  it('are explained where they are missed, and nowhere else', () => {
    const of = '**`@verbena/node` of bare node:http, hello**: ≥ 0.98 was wanted, 0.90 (hello) found\n\nVerbena';
    expect(missedTargets(resultsWith('verbena-node', { hello: 0.9 }))).to.contain(of);
    expect(missedTargets(resultsWith('verbena-node', {}))).to.not.contain('node:http, hello');
  });

  it('name each work that misses, the furthest first', () => {
    const results = resultsWith('verbena-fastify', { hello: 0.9, order: 0.8 });
    expect(missedTargets(results)).to.contain('≥ 0.93 was wanted, 0.80 (order), 0.90 (hello) found');
  });

  it('can each be read from the results', () => {
    const results = resultsWith('verbena-node', {});
    for (const { title, measure, reason } of targets) {
      expect(Object.values(measure(results)), title).to.satisfy(
        (found) => found.length > 0 && found.every(Number.isFinite),
      );
      expect(reason(results), title).to.match(/It would take/);
    }
  });

  it('are no surer than a host is of itself', () => {
    const again = (median) => ({ programs: { 'node-http again': { toHost: { median } } } });
    expect(certainty({ load: { works: { hello: again(1.01), user: again(0.97) } } })).to.be.closeTo(0.03, 1e-9);
    expect(certainty({ load: { works: { hello: { programs: {} } } } })).to.equal(undefined);
  });
});
