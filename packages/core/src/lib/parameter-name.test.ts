import { runInThisContext } from 'node:vm';
import { expect } from 'chai';
import type { AnyClass } from './class.js';
import { describeParameter } from './parameter-name.js';

/** A class whose text is exactly this: compilers rewrite what is written here otherwise. */
function classOf(text: string): AnyClass {
  return runInThisContext(`(${text})`) as AnyClass;
}

describe('describeParameter', () => {
  for (const [text, names] of [
    ['class { constructor(one, two) {} }', ['1 (one)', '2 (two)', '3']],
    ['class { constructor ( $one,\n  _two = 5 ) {} }', ['1 ($one)', '2 (_two)']],
    [
      'class { constructor(one = f(1, 2), two = [3, 4], three = { a: 1, b: 2 }) {} }',
      ['1 (one)', '2 (two)', '3 (three)'],
    ],
    ['class { constructor(one = ",)", two = `)`, three = \')\') {} }', ['1 (one)', '2 (two)', '3 (three)']],
    ['class { constructor(/* a, b) */ one, // c, d)\n two) {} }', ['1 (one)', '2 (two)']],
    ['class { constructor({ one, two }, [three], four) {} }', ['1', '2', '3 (four)']],
    ['class { constructor(...rest) {} }', ['1']],
    ['class { constructor() {} }', ['1']],
    ['class { x = 1; constructor(one) {} }', ['1 (one)']],
    ['class { make() { return new this.constructor(wrong); } constructor(one) {} }', ['1 (one)']],
    ['class { größe = 1; constructor(größe) {} }', ['1 (größe)']],
    ['class {}', ['1']],
    ['class extends (class { constructor(inherited) {} }) {}', ['1 (inherited)']],
    ['class extends Map { constructor(own) { super(); } }', ['1 (own)']],
  ] as const) {
    it(`reads ${text}`, () => {
      const type = classOf(text);
      expect(names.map((_, index) => describeParameter(type, index))).to.deep.equal(names);
    });
  }

  it('finds the constructor of the base class when there is no other', () => {
    class Base {
      constructor(readonly base: string) {}
    }
    class Derived extends Base {}
    expect(describeParameter(Derived, 0)).to.equal('1 (base)');
  });
});
