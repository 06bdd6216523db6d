import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { anchorsOf, linksOf } from './markdown.js';
import { exists, namesIn, type Page, pageAt, pagesIn } from './pages.js';

describe('links', () => {
  const packages = namesIn('packages').map((name) => join('packages', name));
  const examples = namesIn('examples').map((name) => join('examples', name));
  const folders = ['.', 'benchmarks', 'docs', 'docs/guide', 'docs/samples', 'docs/decisions'];
  const pages = [...folders, ...packages, ...examples].flatMap(pagesIn);

  it('are looked at', () => {
    expect(pages.flatMap(({ text }) => linksOf(text))).to.have.length.above(50);
  });

  it('lead to files and headings that exist', () => {
    expect(pages.flatMap((page) => deadLinksOf(page))).to.deep.equal([]);
  });

  it('reach every page of the guide from its first page', () => {
    const linked = linksOf(pageAt('docs/guide/index.md').text);
    const pagesOfGuide = namesIn('docs/guide').filter((name) => name.endsWith('.md') && name !== 'index.md');

    expect(pagesOfGuide.filter((name) => !linked.includes(name))).to.deep.equal([]);
  });
});

function deadLinksOf({ path, text }: Page): readonly string[] {
  return linksOf(text)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      return !exists(target) || (anchor !== undefined && !anchorsOf(pageAt(target).text).includes(anchor));
    })
    .map((link) => `${path} links to ${link}`);
}
