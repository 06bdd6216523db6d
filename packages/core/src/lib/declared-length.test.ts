import { expect } from 'chai';
import { DeclaredLength } from './declared-length.js';
import type { VerbenaError } from './errors.js';

/** Counts pieces of these sizes and ends; gives the fault that was found, if any. */
function faultOf(declared: number, ...pieces: readonly number[]): VerbenaError | undefined {
  const length = new DeclaredLength(declared, 'Report');
  for (const bytes of pieces) {
    const fault = length.add(bytes);
    if (fault !== undefined) return fault;
  }
  return length.finish();
}

describe('DeclaredLength', () => {
  for (const [declared, ...pieces] of [[0], [5, 5], [5, 2, 0, 3]] as const) {
    it(`finds no fault in ${pieces.join(' + ') || 0} bytes where ${declared} were declared`, () => {
      expect(faultOf(declared, ...pieces)).to.equal(undefined);
    });
  }

  it('finds a body too long at the piece that goes beyond, and says what was declared and found', () => {
    const fault = faultOf(5, 3, 4, 1);
    expect(fault?.code).to.equal('wrong-length');
    expect(fault?.message).to.match(/^Report .*content-length of 5.* at least 7 bytes/);
  });

  it('finds a body too short at its end, and says what was declared and found', () => {
    const fault = faultOf(5, 3, 1);
    expect(fault?.code).to.equal('wrong-length');
    expect(fault?.message).to.match(/^Report .*content-length of 5.* has 4 bytes/);
  });
});
