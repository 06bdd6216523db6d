import { expect } from 'chai';
import fc from 'fast-check';
import { Transitions } from './transitions.js';

describe('Transitions', () => {
  it('tell where each step leads that was added, and 0 for any other', () => {
    const number = fc.oneof(fc.nat(5), fc.nat(1_000_000));
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(number, number), { selector: String, maxLength: 100, size: 'max' }),
        (steps) => {
          const transitions = new Transitions();
          for (const [index, [from, by]] of steps.entries()) {
            expect(transitions.after(from, by)).to.equal(0);
            transitions.add(from, by, index + 1);
          }
          expect(steps.map(([from, by]) => transitions.after(from, by))).to.deep.equal(
            steps.map((_, index) => index + 1),
          );
        },
      ),
    );
  });
});
