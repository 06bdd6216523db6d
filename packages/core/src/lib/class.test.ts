import { expect } from 'chai';
import { isClass, nameOf } from './class.js';

describe('isClass', () => {
  it('tells classes from all other functions', () => {
    expect([class {}, class Named {}, class extends Map {}, Map].map(isClass)).to.deep.equal([true, true, true, true]);
    const method = { method(): void {} }.method;
    function plain(): void {}
    function* generator(): Generator {}
    const others = [
      plain,
      () => 1,
      async () => 1,
      generator,
      method,
      class {}.bind(null),
      undefined,
      null,
      {},
      'class',
    ];
    expect(others.map(isClass)).to.deep.equal(others.map(() => false));
  });
});

describe('nameOf', () => {
  it('names whatever it is given', () => {
    class Orders {}
    class Odd {
      static readonly name: unknown = 5;
    }
    expect(
      [
        Orders,
        new Orders(),
        () => 1,
        Odd,
        new Odd(),
        Object.create(null),
        { constructor: 'x' },
        null,
        undefined,
        5,
        'x',
        [],
      ].map(nameOf),
    ).to.deep.equal([
      'Orders',
      'Orders',
      '(anonymous)',
      '(anonymous)',
      '(anonymous)',
      'Object',
      'Object',
      'null',
      'undefined',
      '5',
      'x',
      'Array',
    ]);
  });

  it('names an object that is its own constructor', () => {
    const odd: { constructor?: unknown } = {};
    odd.constructor = odd;
    expect(nameOf(odd)).to.equal('Object');
  });
});
