import { expect } from 'chai';
import fc from 'fast-check';
import { preferencesOf } from './prefer.js';

describe('preferencesOf', () => {
  for (const [header, respondsAsync, waitSeconds] of [
    [null, false, undefined],
    ['', false, undefined],
    ['respond-async', true, undefined],
    ['Respond-Async', true, undefined],
    ['respond-async, wait=10', true, 10],
    ['wait=5,respond-async;x=1', true, 5],
    ['wait="7"', false, 7],
    ['wait = 3 ; a="b,c", return=minimal', false, 3],
    ['return=minimal;note="wait=9, respond-async"', false, undefined],
    ['note="a \\" b, wait=9", wait=2', false, 2],
    ['wait=4, wait=8', false, 4],
    ['wait=', false, undefined],
    ['wait=-1', false, undefined],
    ['wait=1.5', false, undefined],
    ['wait=99999999999999', false, undefined],
    ['wait', false, undefined],
    ['"wait=3', false, undefined],
    [',,;=;, wait=6', false, 6],
  ] as const) {
    it(`reads ${JSON.stringify(header)}`, () => {
      const expected = waitSeconds === undefined ? { respondsAsync } : { respondsAsync, waitSeconds };
      expect(preferencesOf(header)).to.deep.equal(expected);
    });
  }

  it('takes any text, and long ones in no time', () => {
    fc.assert(fc.property(fc.string(), (text) => preferencesOf(text).respondsAsync !== undefined));
    const startedAt = performance.now();
    for (const part of ['"', '\\"', 'a="', ',', ';', '=', ' ', '"\\']) preferencesOf(part.repeat(16_000));
    expect(performance.now() - startedAt).to.be.below(1000);
  });
});
