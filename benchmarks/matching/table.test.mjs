import { expect } from 'chai';
import { requestsFor, tableOf, wildcards } from './table.mjs';

describe('the tables of routes', () => {
  it('have as many different routes as asked for', () => {
    for (const size of [10, 1000, 10_000]) {
      expect(new Set(tableOf(size).map(({ verb, path }) => `${verb} ${path}`)).size).to.equal(size);
    }
  });

  it('are asked all over, with a tenth of misses, the same every time', () => {
    const requests = requestsFor(tableOf(10_000));
    const found = requests.flatMap(({ route }) => (route === undefined ? [] : [route]));

    expect(found).to.have.length(900);
    expect(new Set(found.map((route) => Math.floor(route / 1000))).size).to.equal(10);
    expect(requests).to.deep.equal(requestsFor(tableOf(10_000)));
  });
});

describe('wildcards', () => {
  it('are 1,000 patterns', () => {
    expect(new Set(wildcards().table.map(({ path }) => path)).size).to.equal(1000);
  });
});
