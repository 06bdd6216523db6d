import { expect } from 'chai';
import { weightOf } from './weight.mjs';

describe('weightOf', () => {
  it('tells what is loaded at once from what is loaded when needed', async () => {
    const all = await weightOf(`export { parse } from 'content-type';`);
    const none = await weightOf(`export const parse = () => import('content-type');`);

    expect(all.laterGzipped).to.equal(0);
    expect(Object.keys(all.modules)).to.satisfy((files) => files.some((file) => file.includes('content-type')));
    expect(none.gzipped).to.be.below(all.gzipped / 2);
    expect(none.laterGzipped).to.be.above(all.gzipped / 2);
    expect(Object.keys(none.modules)).to.deep.equal(['<stdin>']);
  });
});
