import { expect } from 'chai';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';

describe('SyncHandler', () => {
  let site: ClassicUnderTest;

  before(async () => {
    site = await startClassicUnderTest();
  });

  after(() => site.close());

  for (const path of ['/training/a.sync', '/demo/training/a.sync', '/x/y/TRAINING/A.SYNC']) {
    it(`answers ${path} with the greeting, whole`, async () => {
      const answer = await site.fetch(path);
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('content-type')).to.equal('text/html; charset=utf-8');
      const text = await answer.text();
      expect(text).to.include('<h1>Hello from a synchronous custom HTTP handler.</h1>');
      expect(answer.headers.get('content-length')).to.equal(String(Buffer.byteLength(text)));
    });
  }

  it('answers POST as well, and HEAD without a body', async () => {
    expect(await (await site.fetch('/demo/training/a.sync', { method: 'POST' })).text()).to.include('POST');
    const head = await site.fetch('/demo/training/a.sync', { method: 'HEAD' });
    expect(head.status).to.equal(200);
    expect(await head.text()).to.equal('');
  });
});
