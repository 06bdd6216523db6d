import { expect } from 'chai';
import * as sample from './matching.js';

describe('samples/matching', () => {
  it('matches templates', () => {
    expect({ ...sample.user }).to.deep.equal({ id: '7' });
    expect(sample.none).to.equal(undefined);
    expect({ ...sample.rest }).to.deep.equal({ file: 'a/b.txt' });
    expect({ ...sample.parts }).to.deep.equal({ from: 'may', to: 'june' });
  });

  it('matches wildcard patterns', () => {
    expect({ ...sample.sync }).to.deep.equal({});
    expect({ ...sample.ashx }).to.deep.equal({});
  });

  it('matches verbs', () => {
    expect(sample.post).to.equal(true);
    expect(sample.head).to.equal(false);
  });

  it('finds the closest mapping', () => {
    const { map } = sample;

    expect([sample.target, sample.id]).to.deep.equal(['page of a user', '7']);
    expect(map.find('GET', '/users/me')?.mapping.target).to.equal('own page');
    expect(map.find('DELETE', '/users/me')?.mapping.target).to.equal('everything else');
  });
});
