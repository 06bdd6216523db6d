import { errorCodes as clientErrorCodes } from '@verbena/client';
import { errorCodes } from '@verbena/core';
import { operationErrorCodes } from '@verbena/operations';
import { problemTitles } from '@verbena/operations/http';
import { expect } from 'chai';
import { pageAt } from './pages.js';

describe('the list of error codes', () => {
  for (const [name, page, codes] of [
    ['@verbena/core', 'errors', errorCodes],
    ['@verbena/client', 'client', clientErrorCodes],
    ['@verbena/operations', 'operations', operationErrorCodes],
    ['@verbena/operations/http', 'operations-over-http', problemTitles],
  ] as const) {
    it(`is that of ${name}`, () => {
      const [, list = ''] = pageAt(`docs/guide/${page}.md`).text.split('\n## Codes\n');
      const documented = [...list.matchAll(/^\| `([^`]+)` \| (.+?) \|(?: [1-5]\d\d(?:, [1-5]\d\d)* \|)?$/gm)].map(
        ([, code, meaning]) => [code, meaning],
      );

      expect(Object.fromEntries(documented)).to.deep.equal(codes);
      expect(documented).to.have.length(Object.keys(codes).length);
    });
  }
});
