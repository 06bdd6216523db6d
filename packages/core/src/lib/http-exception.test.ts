import { expect } from 'chai';
import { VerbenaError } from './errors.js';
import { HttpException, reasonPhrase } from './http-exception.js';

describe('HttpException', () => {
  it('carries a status, and takes title and message from it', () => {
    const error = new HttpException(404);
    expect(error).to.be.instanceOf(VerbenaError);
    expect(error.name).to.equal('HttpException');
    expect(error.code).to.equal('http-exception');
    expect(error.status).to.equal(404);
    expect(error.title).to.equal('Not Found');
    expect(error.message).to.equal('Not Found');
    expect(error.type).to.equal('about:blank');
    expect(error.detail).to.equal(undefined);
    expect(error.headers).to.deep.equal({});
    expect(error.extensions).to.deep.equal({});
  });

  it('carries all it was given', () => {
    const cause = new Error('why');
    const error = new HttpException(429, 'Slow down', {
      type: 'https://example.org/slow',
      title: 'Too fast',
      headers: { 'retry-after': '3' },
      extensions: { wait: 3 },
      cause,
    });
    expect(error).to.deep.include({
      status: 429,
      detail: 'Slow down',
      message: 'Slow down',
      type: 'https://example.org/slow',
      title: 'Too fast',
      headers: { 'retry-after': '3' },
      extensions: { wait: 3 },
      cause,
    });
  });

  for (const status of [200, 302, 399, 600, 0, -404, 404.5, NaN, Infinity]) {
    it(`refuses the status ${status}`, () => {
      expect(() => new HttpException(status)).to.throw(
        RangeError,
        `HttpException takes a status from 400 to 599, not ${status}`,
      );
    });
  }
});

describe('reasonPhrase', () => {
  it('is the phrase of the status, or its number', () => {
    expect([418, 499, 503].map(reasonPhrase)).to.deep.equal(["I'm a Teapot", 'Status 499', 'Service Unavailable']);
  });
});
