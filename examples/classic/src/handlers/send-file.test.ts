import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';
import { publicFolder } from '../public-folder.js';

describe('SendFile', () => {
  const notes = readFileSync(join(publicFolder, 'field-notes.txt'), 'utf8');
  let site: ClassicUnderTest;

  before(async () => {
    site = await startClassicUnderTest();
  });

  after(() => site.close());

  it('sends a file whole', async () => {
    const answer = await site.fetch('/files/field-notes.txt');
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-type')).to.equal('text/plain; charset=utf-8');
    expect(answer.headers.get('accept-ranges')).to.equal('bytes');
    expect(await answer.text()).to.equal(notes);
  });

  it('sends the range that was asked for', async () => {
    const answer = await site.fetch('/files/field-notes.txt', { headers: { range: 'bytes=6-22' } });
    expect(answer.status).to.equal(206);
    expect(answer.headers.get('content-range')).to.equal(`bytes 6-22/${notes.length}`);
    expect(await answer.text()).to.equal('NOTES ON HANDLERS');
  });

  it('refuses a range behind the end', async () => {
    const answer = await site.fetch('/files/field-notes.txt', { headers: { range: 'bytes=99999-' } });
    expect(answer.status).to.equal(416);
    expect(answer.headers.get('content-range')).to.equal(`bytes */${notes.length}`);
  });

  it('sends nothing to a client that has the file already', async () => {
    const etag = (await site.fetch('/files/field-notes.txt', { method: 'HEAD' })).headers.get('etag') ?? '';
    // Left alone, fetch adds no-cache, which asks for the file whatever its tag.
    const headers = { 'if-none-match': etag, 'cache-control': 'max-age=0' };
    const answer = await site.fetch('/files/field-notes.txt', { headers });
    expect(answer.status).to.equal(304);
  });

  for (const file of ['missing.txt', '..%2fpackage.json', '%2e%2e%2fpackage.json']) {
    it(`has no ${file}`, async () => {
      expect((await site.fetch(`/files/${file}`)).status).to.equal(404);
    });
  }
});
