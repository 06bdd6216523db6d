import { expect } from 'chai';
import { optionsFrom } from './options.mjs';

describe('optionsFrom', () => {
  it('measures everything by default, which is no short run', () => {
    const { parts, load, isShort } = optionsFrom([]);
    expect(parts).to.deep.equal(['load', 'matching', 'start', 'profile']);
    expect(load.works).to.include('stream');
    expect(isShort).to.equal(false);
  });

  it('takes a part for whole, and any other choice for a short run', () => {
    expect(optionsFrom(['--parts', 'matching']).isShort).to.equal(false);
    expect(optionsFrom(['--works', 'hello,user', '--seconds', '1'])).to.deep.include({ isShort: true });
  });

  it('names what it does not know', () => {
    expect(() => optionsFrom(['--works', 'hello,dance'])).to.throw(TypeError, /--works has dance; known are hello/);
    expect(() => optionsFrom(['--rounds', '1.5'])).to.throw(TypeError, /--rounds is "1.5"/);
    expect(() => optionsFrom(['--speed', '1'])).to.throw(TypeError);
  });
});
