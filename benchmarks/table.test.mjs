import { expect } from 'chai';
import { tableOf } from './table.mjs';

describe('tableOf', () => {
  it('makes columns as wide as their widest cell', () => {
    expect(tableOf(['', 'b'], [['long', '1']])).to.equal('|      | b   |\n| ---- | --- |\n| long | 1   |');
  });
});
