import { expect } from 'chai';
import { PathParser } from './path-parser.js';

describe('PathParser', () => {
  it('makes once what is equal, so that many patterns take little memory', () => {
    const parser = new PathParser({});
    const [one, other] = ['/orders/:id/*.csv', '/Orders/:id/*.csv'].map((pattern) => parser.parse(pattern)[0]);
    expect(other?.segments.slice(1)).to.deep.equal(one?.segments.slice(1));
    for (const index of [1, 2]) expect(other?.segments[index]).to.equal(one?.segments[index]);
    expect(other?.captures).to.equal(one?.captures);
    const [wild, another] = ['a/*.CSV', 'b/*.csv'].map((pattern) => parser.parse(pattern)[0]);
    expect(another?.segments[1]).to.equal(wild?.segments[1]);
  });

  it('keeps apart what only looks alike', () => {
    const parser = new PathParser({});
    const [first] = parser.parse('/a*/:id');
    const [second] = parser.parse('/a*/:name');
    const [wild] = parser.parse('a*');
    expect(second?.captures).not.to.equal(first?.captures);
    expect(wild?.segments[0]?.matches('a')).to.equal(true);
    expect(first?.segments[0]?.matches('a')).to.equal(true);
    const [any] = parser.parse('/*');
    const [wildAny] = parser.parse('*');
    expect(any?.segments[0]?.matches('')).to.equal(false);
    expect(wildAny?.segments[0]?.matches('')).to.equal(true);
  });

  it('refuses a name that a template has twice, also where it was met before in another', () => {
    const parser = new PathParser({});
    parser.parse('/:x/b');
    expect(() => parser.parse('/:x/:x')).to.throw(TypeError, 'found ":x" a second time at position 4');
    expect(() => parser.parse('/:x/a-:x')).to.throw(TypeError, 'a second time at position 6');
    expect(parser.parse('/:x/:y')).to.have.length(1);
  });
});
