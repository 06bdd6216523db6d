import { expect } from 'chai';
import { differenceOf, mediaTypeOf } from './answers.mjs';
import { works } from './works.mjs';

describe('differenceOf', () => {
  const answer = (type, status = 200) => ({ status, headers: new Headers({ 'content-type': type }) });
  const body = Buffer.from(works.user.answer);

  it('takes what is asked for, whether or not JSON names its charset', () => {
    expect(differenceOf(works.user, answer('application/json'), body)).to.equal(undefined);
    expect(differenceOf(works.user, answer('application/json;charset=UTF-8'), body)).to.equal(undefined);
  });

  it('names another status, type or body', () => {
    expect(differenceOf(works.user, answer('application/json', 404), body)).to.equal('status 404 instead of 200');
    expect(differenceOf(works.user, answer('text/plain; charset=utf-8'), body)).to.match(/^the type "text\/plain/);
    expect(differenceOf(works.hello, answer('text/plain'), Buffer.from('Hello'))).to.match(/^the type "text\/plain"/);
    expect(differenceOf(works.user, answer('application/json'), Buffer.from('{}'))).to.match(
      /^2 bytes "{}" instead of 61/,
    );
  });
});

describe('mediaTypeOf', () => {
  it('spells types alike', () => {
    expect(mediaTypeOf('Text/Plain;charset="UTF-8"')).to.equal('text/plain; charset=utf-8');
    expect(mediaTypeOf('text/plain')).to.equal('text/plain');
    expect(mediaTypeOf('application/json')).to.equal('application/json; charset=utf-8');
  });
});
