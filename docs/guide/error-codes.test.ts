import { errorCodes } from '@verbena/core';
import { expect } from 'chai';
import { pageAt } from './pages.js';

describe('the list of error codes', () => {
  it('is that of @verbena/core', () => {
    const [, list = ''] = pageAt('docs/guide/errors.md').text.split('\n## Codes\n');
    const documented = [...list.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [code, meaning]);

    expect(Object.fromEntries(documented)).to.deep.equal(errorCodes);
    expect(documented).to.have.length(Object.keys(errorCodes).length);
  });
});
