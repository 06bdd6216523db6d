import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { filesWith } from '../benchmarks/page/pages.mjs';
import { parts, readResults } from '../benchmarks/results.mjs';

describe('the numbers of README.md and of the guide', () => {
  it('are those in benchmarks/results', function () {
    // Before the first whole run there is nothing to agree with.
    if (!existsSync(new URL('../benchmarks/results/load.json', import.meta.url))) this.skip();
    const results = Object.fromEntries(parts.map((part) => [part, readResults(part)]));
    const files = filesWith(results);

    expect(files.map(({ file }) => file)).to.include.members([
      'README.md',
      'docs/guide/speed.md',
      'docs/guide/speed.svg',
    ]);
    for (const { file, now, wanted } of files)
      expect(now, `${file}, which npm run bench:write writes`).to.equal(wanted);
  });
});
