import { expect } from 'chai';
import { ResultContent } from './result-content.js';

describe('ResultContent', () => {
  for (const type of ['text/csv', 'text/html; charset=utf-8', 'application/vnd.api+json ;a="b"'])
    it(`takes ${type}`, () => {
      expect(new ResultContent('a', type)).to.include({ body: 'a', type });
    });

  for (const type of [
    '',
    'csv',
    'text/',
    'text/plain\r\nset-cookie: a=b',
    'text/plain; a=\n',
    'text/é',
    { type: 'a/b' },
  ])
    it(`refuses the type ${JSON.stringify(type)}`, () => {
      expect(() => new ResultContent('a', type as string)).to.throw(TypeError, 'give a media type');
    });

  for (const body of [5, null, undefined, {}, ['a']])
    it(`refuses the body ${JSON.stringify(body)}`, () => {
      expect(() => new ResultContent(body as never, 'text/csv')).to.throw(TypeError, 'The body of a result');
    });
});
