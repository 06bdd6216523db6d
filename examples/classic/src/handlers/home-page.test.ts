import { startChromium } from '@verbena/test-programs/chromium';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';

describe('HomePage', () => {
  const { error: consoleError } = console;
  let site: ClassicUnderTest;
  let html: string;

  before(async () => {
    site = await startClassicUnderTest();
    html = await (await site.fetch('/')).text();
    // One of the links leads to a handler that fails on purpose.
    console.error = () => {};
  });

  after(async () => {
    console.error = consoleError;
    await site.close();
  });

  it('lists every mapping with its class, its verbs and its path', () => {
    const { mappings } = site.classic.handlers;
    expect(html.match(/<article /g)).to.have.lengthOf(mappings.length);
    for (const { name, path } of mappings) {
      expect(html)
        .to.include(`<h3>${name}</h3>`)
        .and.include(`<code>${String(path)}</code>`);
    }
    expect(html).to.include('<span class="verb">any verb</span>');
  });

  it('tells something of each, and has something to try', () => {
    const cards = html.split('<article ').slice(1);
    for (const card of cards) expect(card).to.match(/<p>.{5,}<\/p>[^]*class="try"/);
  });

  it('links to nothing that is not there', async () => {
    const links = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links.length).to.be.above(10);
    for (const link of new Set(links)) {
      const { status } = await site.fetch(link);
      const expected = link === '/broken' ? 500 : link === '/progress/result' ? 404 : 200;
      expect(status, link).to.equal(expected);
    }
  });

  it('sends nobody to another host', () => {
    expect(html).not.to.match(/(?:href|src|action)="(?:https?:)?\/\//);
  });
});

describe('HomePage in a browser', function () {
  this.timeout(20_000);
  let browser: Browser;
  let site: ClassicUnderTest;
  let page: Page;

  before(async function () {
    browser = await startChromium(this);
    site = await startClassicUnderTest();
    page = await browser.newPage({ viewport: { width: 320, height: 640 } });
  });

  beforeEach(() => page.goto(site.url));

  after(async () => {
    // Absent where the suite was skipped.
    await (browser as Browser | undefined)?.close();
    await (site as ClassicUnderTest | undefined)?.close();
  });

  function dialog(): ReturnType<Page['getByRole']> {
    return page.getByRole('dialog');
  }

  it('shows the answer to a button of another verb, with its header fields', async () => {
    await page.getByRole('button', { name: 'PUT /demo/training/lesson' }).click();
    await dialog().getByText('405 Method Not Allowed').waitFor();
    await dialog().getByText('GET, HEAD, POST', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
  });

  it('shows a range of a file', async () => {
    await page.getByRole('button', { name: 'bytes=0-99' }).click();
    await dialog().getByText('206 Partial Content').waitFor();
    await dialog().locator('pre').getByText('FIELD NOTES ON HANDLERS').waitFor();
  });

  it('shows an answer while it is still coming', async () => {
    await page.getByRole('button', { name: 'POST /demo/training/hello.async' }).click();
    const body = dialog().locator('pre');
    await body.getByText('Executing external process').waitFor();
    expect(await body.innerText()).not.to.include('End handler process');
    await body.getByText('End handler process').waitFor();
  });

  it('shows the picture that was drawn', async () => {
    const width = await page
      .getByRole('img', { name: /flower/ })
      .evaluate((image) => (image as { naturalWidth?: number }).naturalWidth);
    expect(width).to.equal(256);
  });

  it('fits a narrow window', async () => {
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(320);
  });
});
