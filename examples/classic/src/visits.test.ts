import { expect } from 'chai';
import { Visits } from './visits.js';

describe('Visits', () => {
  it('ranks those that were asked most often first, and equal ones by name', () => {
    const visits = new Visits();
    for (const name of ['Beta', 'Gamma', 'Alpha', 'Gamma']) visits.count(name);
    expect(visits.ranking).to.deep.equal([
      { name: 'Gamma', requests: 2 },
      { name: 'Alpha', requests: 1 },
      { name: 'Beta', requests: 1 },
    ]);
  });
});
