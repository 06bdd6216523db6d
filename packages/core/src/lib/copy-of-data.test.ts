import { expect } from 'chai';
import fc from 'fast-check';
import { copyOfData } from './copy-of-data.js';

describe('copyOfData', () => {
  it('copies as structuredClone does, whatever JSON can hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const data = JSON.parse(JSON.stringify(value)) as unknown;
        expect(copyOfData(data)).to.deep.equal(structuredClone(data));
      }),
    );
  });

  it('copies as structuredClone does, what JSON cannot hold', () => {
    const data = {
      at: new Date(0),
      map: new Map([['a', { b: 1 }]]),
      bytes: Uint8Array.of(1),
      none: undefined,
      big: 1n,
    };
    expect(copyOfData(data)).to.deep.equal(structuredClone(data));
    expect(copyOfData(data).at).not.to.equal(data.at);
    expect(copyOfData(data).map.get('a')).not.to.equal(data.map.get('a'));
  });

  it('shares nothing with what it copies', () => {
    const data = { list: [{ a: 1 }], inner: { deep: { b: 2 } } };
    const copy = copyOfData(data);
    (copy.list[0] as { a: number }).a = 7;
    copy.inner.deep.b = 7;
    expect(data).to.deep.equal({ list: [{ a: 1 }], inner: { deep: { b: 2 } } });
  });

  it('keeps a member by the name of the prototype a member', () => {
    const copy = copyOfData(JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>);
    expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype);
    expect(Object.keys(copy)).to.deep.equal(['__proto__']);
    expect(copy['admin']).to.equal(undefined);
  });
});
