import { expect } from 'chai';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';

describe('GetProgress', () => {
  let site: ClassicUnderTest;

  before(async () => {
    site = await startClassicUnderTest();
  });

  after(() => site.close());

  it('answers NaN, and opens no session, where there is no run', async () => {
    const answer = await site.fetch('/progress/GetProgress.ashx');
    expect(await answer.text()).to.equal('NaN');
    expect(answer.headers.getSetCookie()).to.deep.equal([]);
  });
});
