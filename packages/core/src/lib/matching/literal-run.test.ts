import { expect } from 'chai';
import { LiteralRun } from './literal-run.js';

describe('LiteralRun', () => {
  it('stands where all its segments do, and whole ones', () => {
    const run = new LiteralRun(['api', 'v1.0', '']);
    expect(run.ends).to.deep.equal([3, 8, 9]);
    for (const text of ['/api/v1.0/', '/api/v1.0//x']) expect(run.standsAt(text, 1, text.length), text).to.equal(true);
    for (const text of ['/api/v1.0', '/api/v1.0/x', '/api/v120/', '/API/v1.0/', '/x/api/v1.0/']) {
      expect(run.standsAt(text, 1, text.length), text).to.equal(false);
    }
  });

  it('does not stand where it would reach beyond the end', () => {
    expect(new LiteralRun(['a', 'b']).standsAt('/a/b/c', 1, 4)).to.equal(true);
    expect(new LiteralRun(['a', 'b']).standsAt('/a/b/c', 1, 3)).to.equal(false);
  });

  it('takes every sign for itself', () => {
    const signs = '.*+?^$()[]{}|\\-=!<>,#&~';
    expect(new LiteralRun([signs, 'x']).standsAt(`/${signs}/x`, 1, signs.length + 3)).to.equal(true);
  });
});
