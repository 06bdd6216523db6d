import { expect } from 'chai';
import { compileVerb } from './verb.js';

describe('compileVerb', () => {
  it('B1: fits a verb when one alternative covers the whole of it', () => {
    const pattern = compileVerb('GET,P*,D??E');
    expect(['GET', 'POST', 'P', 'PATCH', 'DATE'].filter((verb) => !pattern.matches(verb))).to.deep.equal([]);
    expect(['GETS', 'TGET', 'APOST', 'DELETE', ''].filter((verb) => pattern.matches(verb))).to.deep.equal([]);
  });

  it('B1: gives a slash no special meaning', () => {
    expect(compileVerb('A*Z').matches('A/B/Z')).to.equal(true);
    expect(compileVerb('A?Z').matches('A/Z')).to.equal(true);
  });

  it('B2: removes spaces, also inside words', () => {
    expect(compileVerb(' G E T , POST ').matches('GET')).to.equal(true);
    expect(compileVerb('GET, POST').matches('POST')).to.equal(true);
  });

  it('B2: keeps tabs, line feeds and no-break spaces', () => {
    for (const space of ['\t', '\n', '\u00a0']) {
      expect(compileVerb(`GET,${space}POST`).matches('POST')).to.equal(false);
      expect(compileVerb(`GET,${space}POST`).matches(`${space}POST`)).to.equal(true);
    }
  });

  it('B3: is case-sensitive', () => {
    expect(compileVerb('GET').matches('get')).to.equal(false);
    expect(compileVerb('get').matches('get')).to.equal(true);
    expect(compileVerb('p*').matches('POST')).to.equal(false);
  });

  it('B4: implies nothing, negates nothing, and separates by commas alone', () => {
    expect(compileVerb('GET').matches('HEAD')).to.equal(false);
    expect(compileVerb('!GET').matches('POST')).to.equal(false);
    expect(compileVerb('GET;POST|PUT').matches('POST')).to.equal(false);
  });

  it('B5: takes any text for a verb, whoever set it', () => {
    expect(compileVerb('MY-VERB').matches('MY-VERB')).to.equal(true);
    expect(compileVerb('*').matches('')).to.equal(true);
  });

  it('B6: accepts a list with spaces', () => {
    expect(compileVerb('GET, HEAD, POST').names).to.deep.equal(['GET', 'HEAD', 'POST']);
  });

  it('D3: refuses an empty pattern, but not one of spaces', () => {
    expect(() => compileVerb('')).to.throw(TypeError, 'empty verb pattern; write "*"');
    expect(compileVerb(' ').matches('')).to.equal(true);
  });

  it('names each verb once, in order, or "*" when a wildcard leaves them open', () => {
    expect(compileVerb('POST,GET,POST,').names).to.deep.equal(['POST', 'GET']);
    expect(compileVerb('GET,P*').names).to.equal('*');
    expect(compileVerb('GE?').names).to.equal('*');
  });

  it('keeps the pattern as written', () => {
    expect(compileVerb('GET, POST').source).to.equal('GET, POST');
  });
});
