import { expect } from 'chai';
import { filesWith } from '../benchmarks/page/pages.mjs';
import { readResults, shownParts } from '../benchmarks/results.mjs';

describe('the numbers of README.md and of the guide', () => {
  it('are those in benchmarks/results', () => {
    const results = Object.fromEntries(shownParts.map((part) => [part, readResults(part)]));
    const files = filesWith(results);

    expect(files.map(({ file }) => file)).to.include.members([
      'README.md',
      'docs/guide/speed.md',
      'docs/guide/speed-profile.md',
      'docs/guide/speed.svg',
    ]);
    for (const { file, now, wanted } of files)
      expect(now, `${file}, which npm run bench:write writes`).to.equal(wanted);
  });
});
