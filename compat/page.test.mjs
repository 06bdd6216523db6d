import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { page, writeRuntimes } from './page.mjs';

describe('writeRuntimes', () => {
  let folder;
  let file;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'verbena-page-'));
    file = pathToFileURL(join(folder, 'page.md'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('puts the text between the marks, and tells whether another was there', () => {
    writeFileSync(file, 'before\n<!-- runtimes -->\nold\n<!-- /runtimes -->\nafter\n');

    expect(writeRuntimes('$& new', file)).to.equal(true);
    expect(readFileSync(file, 'utf8')).to.equal('before\n<!-- runtimes -->\n\n$& new\n\n<!-- /runtimes -->\nafter\n');
    expect(writeRuntimes('$& new', file)).to.equal(false);
  });

  it('says what a page without the marks lacks', () => {
    writeFileSync(file, 'nothing');

    expect(() => writeRuntimes('new', file)).to.throw(/page\.md has no <!-- runtimes --> before <!-- \/runtimes -->/);
  });

  it('finds the marks in the guide', () => {
    expect(readFileSync(page, 'utf8')).to.match(/<!-- runtimes -->\n[^]*<!-- \/runtimes -->/);
  });
});
