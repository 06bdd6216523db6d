import { install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import fc from 'fast-check';
import { newOperationId } from '../operation-id.js';
import { ShareTokens } from './share-token.js';

const SECRET = 'a secret of thirty-two characters';

describe('ShareTokens', () => {
  it('give back what they were issued for, until they are over', () => {
    const clock = install({ now: 1_000_000, toFake: ['Date'] });
    try {
      const tokens = new ShareTokens([SECRET]);
      const id = newOperationId();
      const token = tokens.issue({ id, expiresAt: Date.now() + 60_000 });
      expect(tokens.read(token)).to.deep.equal({ id, expiresAt: 1_060_000 });
      clock.tick(59_999);
      expect(tokens.read(token)).to.deep.include({ id });
      clock.tick(1);
      expect(tokens.read(token)).to.equal(undefined);
    } finally {
      clock.uninstall();
    }
  });

  it('are refused when anything in them is changed, or another secret signed them', () => {
    const tokens = new ShareTokens([SECRET]);
    const token = tokens.issue({ id: newOperationId(), expiresAt: Date.now() + 60_000 });
    for (let index = 0; index < token.length; index += 1) {
      const changed = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1);
      // The last character of 32 bytes carries two bits that stand for nothing; a decoder would not see them, this one does.
      expect(tokens.read(changed), changed).to.equal(undefined);
    }
    expect(new ShareTokens([`${SECRET}!`]).read(token)).to.equal(undefined);
    expect(new ShareTokens([`${SECRET}!`, SECRET]).read(token)).to.not.equal(undefined);
  });

  it('may be any text', () => {
    const tokens = new ShareTokens([SECRET]);
    fc.assert(fc.property(fc.string(), (text) => tokens.read(text) === undefined));
    expect(tokens.read('x'.repeat(100_000))).to.equal(undefined);
  });

  it('want a secret that is none too short', () => {
    expect(() => new ShareTokens(['short'])).to.throw(RangeError, '32 characters');
    expect(() => new ShareTokens([])).to.throw(RangeError);
  });
});
