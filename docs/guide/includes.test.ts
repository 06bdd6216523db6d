import { join } from 'node:path';
import { expect } from 'chai';
import { fencesOf, includesOf, regionOf } from './markdown.js';
import { exists, namesIn, pageAt, pagesIn, readText } from './pages.js';

describe('the code of the guide', () => {
  const pages = pagesIn('docs/guide');

  it('is included from files and regions that exist', () => {
    const missing = pages.flatMap(({ path, text }) =>
      includesOf(text)
        .filter(({ file, region }) => {
          const source = join('docs', file);
          return !exists(source) || (region !== undefined && regionOf(readText(source), region) === undefined);
        })
        .map(({ file, region }) => `${path} includes ${file}${region === undefined ? '' : `#${region}`}`),
    );

    expect(missing).to.deep.equal([]);
  });

  it('is never typed into a page', () => {
    const typed = pages.flatMap(({ path, text }) =>
      fencesOf(text)
        .filter(({ language }) => !['sh', 'json', 'xml', 'csharp'].includes(language))
        .map(({ language }) => `${path} has a block of ${language === '' ? 'no language' : language}`),
    );

    expect(typed).to.deep.equal([]);
  });

  it('leaves no sample and no region out', () => {
    const included = new Set(
      pages.flatMap(({ text }) => includesOf(text)).map(({ file, region = '' }) => `${file}#${region}`),
    );
    const regions = samples().flatMap((file) => {
      const named = [...readText(join('docs', file)).matchAll(/^\/\/ #region (\S+)$/gm)].map(([, name]) => name);
      return named.length === 0 ? [`${file}#`] : named.map((name) => `${file}#${name}`);
    });
    const inReadme = new Set(pageAt('README.md').text.match(/(?<=<!-- docs\/)\S+(?= -->)/g) ?? []);

    expect(regions.filter((region) => !included.has(region) && !inReadme.has(region))).to.deep.equal([]);
  });
});

describe('the code of the README', () => {
  it('is that of the samples it names', () => {
    const blocks = fencesOf(pageAt('README.md').text).filter(({ language }) => language !== 'sh');

    expect(blocks).to.not.be.empty;
    for (const { lead, code } of blocks) {
      const [, file = '', region = ''] = /^<!-- (\S+)#(\S+) -->$/.exec(lead) ?? [];
      expect(exists(file), `the block after "${lead}" names a sample`).to.be.true;
      expect(code).to.equal(regionOf(readText(file), region));
    }
  });
});

describe('the list of samples', () => {
  it('has every sample, and every sample has a test', () => {
    const { text } = pageAt('docs/samples/README.md');
    const listed = [...text.matchAll(/^\| \[[^\]]+\]\(([^)]+)\)/gm)].map(([, file]) => `samples/${file}`);

    expect(listed.sort()).to.deep.equal(samples());
    expect(samples().filter((file) => !isTested(file))).to.deep.equal([]);
  });
});

/** The samples, as paths below `docs`. */
function samples(): string[] {
  return ['samples', 'samples/standard']
    .flatMap((folder) => namesIn(join('docs', folder)).map((name) => join(folder, name)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort();
}

/** Whether a sample has a test of its own, or is part of another sample. */
function isTested(file: string): boolean {
  return (
    exists(join('docs', file.replace(/\.ts$/, '.test.ts'))) ||
    samples().some((other) => readText(join('docs', other)).includes(`./${file.replace(/^.*\/|\.ts$/g, '')}.js'`))
  );
}
