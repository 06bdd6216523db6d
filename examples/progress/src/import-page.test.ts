import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type RunningServer, serve } from '@verbena/node';
import { inProcess } from '@verbena/operations';
import { startChromium } from '@verbena/test-programs/chromium';
import { expect } from 'chai';
import type { Browser, BrowserContext } from 'playwright-core';
import { faultyAmong, sampleHeader, sampleRow } from './sample-customers.js';
import { createSite, type Site } from './site.js';
import { importedNumbers, temporaryFolder } from './testing/folder.js';
import { ImportPage } from './testing/import-page.js';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Enough to be in the middle of for some seconds. */
const MANY = 100_000;

/** What axe-core finds. */
interface AxeAnswer {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

describe('The page of examples/progress', function () {
  this.timeout(90_000);
  let browser: Browser;
  let context: BrowserContext;
  let folder: string;
  let site: Site;
  let server: RunningServer;
  let pages: ImportPage[];

  before(async function () {
    browser = await startChromium(this);
  });

  // Where the tests are skipped, there is none.
  after(() => (browser as Browser | undefined)?.close());

  beforeEach(async () => {
    folder = await temporaryFolder();
    site = createSite({ folder, driver: inProcess(), ownerSecret: 'only for this test' });
    server = await serve(site.app, { port: 0, signals: [] });
    context = await browser.newContext({ acceptDownloads: true });
    pages = [];
  });

  afterEach(async () => {
    await context.close();
    await site.closeStreams();
    await server.close();
    await site.operations.close();
    await rm(folder, { recursive: true });
    expect(pages.flatMap(({ faults }) => faults)).to.deep.equal([]);
  });

  async function open(own: BrowserContext = context): Promise<ImportPage> {
    const page = await ImportPage.open(own, server.url);
    pages.push(page);
    return page;
  }

  it('shows an import from its start to its end, and gives a report of what was refused', async () => {
    const page = await open();
    await page.makeSample(20_000);
    await page.startImport();
    await page.comesTo('done');
    const refused = faultyAmong(20_000);
    expect(await page.text('message')).to.equal(
      `${(20_000 - refused).toLocaleString('en')} rows imported, ${refused} refused`,
    );
    expect((await page.text('steps')).split('\n')).to.deep.equal(['Check ✓', 'Import ✓', 'Report ✓']);
    const seen = await page.seen();
    expect(seen.at(-1)).to.include({ state: 'succeeded', attempt: 1, value: 1 });
    const values = seen.map(({ value }) => value);
    expect(values).to.deep.equal(values.toSorted((one, other) => one - other));
    const download = page.page.waitForEvent('download');
    await page.page.getByText('Report of the rows refused').click();
    const [header, first, ...rest] = await linesOf(await download);
    expect(header).to.equal('line,problems,number,name,email,country,born,balance');
    expect(first).to.match(/^98,email is no e-mail address,97,/);
    expect(rest).to.have.lengthOf(refused - 1);
    expect((await importedNumbers(folder)).numbers).to.have.lengthOf(20_000 - refused);
  });

  it('takes a file that is uploaded', async () => {
    const page = await open();
    const text = `${sampleHeader('right')}\n${sampleRow(1)}\n1,2,3\n`;
    await page.page.getByLabel('File', { exact: true }).setInputFiles(csvFile('mine.csv', text));
    await page.button('Upload').click();
    await page.page.getByRole('heading', { name: 'mine.csv' }).waitFor();
    await page.button('Import').click();
    await page.comesTo('done');
    expect(await page.text('message')).to.equal('1 row imported, 1 refused');
  });

  it('cancels an import in the middle, leaves nothing of it behind, and can do it anew', async () => {
    const page = await open();
    await page.makeSample(MANY);
    await page.startImport();
    await page.reaches(0.05);
    await page.button('Cancel').click();
    await page.comesTo('cancelled');
    expect(await importedNumbers(folder)).to.deep.equal({ numbers: [], parts: [] });
    await page.button('Import again').click();
    await page.comesTo('running');
    await page.button('Cancel').click();
    await page.comesTo('cancelled');
  });

  it('says what is wrong with a file, and imports it once it is mended', async () => {
    const page = await open();
    await page.makeSample(100, 'wrong');
    await page.button('Import').click();
    await page.comesTo('failed');
    const problem = await page.text('error');
    expect(problem).to.contain('Column 3 is “e-mail”, and “email” is expected');
    await page.button('Try again').click();
    await page.page.waitForFunction(
      `JSON.parse(sessionStorage.seen).filter(({ state }) => state === 'failed').length === 2`,
    );
    await page.comesTo('failed');
    expect(await page.text('error')).to.equal(problem);
    const mended = [sampleHeader('right'), ...Array.from({ length: 100 }, (_, row) => sampleRow(row + 1))].join('\n');
    await page.page.getByLabel('Mended it?').setInputFiles(csvFile('mended.csv', mended));
    await page.comesTo('done');
    expect((await importedNumbers(folder)).numbers).to.have.lengthOf(99);
  });

  it('finds an import where it is after a reload in the middle', async () => {
    const page = await open();
    await page.makeSample(MANY);
    await page.startImport();
    await page.reaches(0.1);
    const before = (await page.seen()).length;
    await page.page.reload();
    await page.comesTo('done');
    const seen = await page.seen();
    expect(seen.length).to.be.above(before);
    const values = seen.map(({ value }) => value);
    expect(values).to.deep.equal(values.toSorted((one, other) => one - other));
    expect(new Set(seen.map(({ id }) => id)).size).to.equal(1);
    const history = page.page.locator('#history tbody tr');
    await history.filter({ hasText: 'succeeded' }).nth(1).waitFor();
    const rows = await history.allInnerTexts();
    const name = `${MANY}-customers.csv`;
    expect(rows.map((row) => row.split('\t').slice(0, 3))).to.deep.equal([
      ['Import', name, 'succeeded'],
      ['Sample file', name, 'succeeded'],
    ]);
  });

  it('shows the same to seven tabs', async () => {
    const page = await open();
    await page.makeSample(MANY);
    await page.startImport();
    const others: ImportPage[] = [];
    for (let tab = 2; tab <= 7; tab += 1) others.push(await open());
    for (const tab of [page, ...others]) await tab.comesTo('done');
    const ids = await Promise.all(others.map(async (tab) => (await tab.seen()).at(-1)?.id));
    expect(new Set(ids)).to.deep.equal(new Set([(await page.seen()).at(-1)?.id]));
  });

  it('shows nothing of it to somebody else', async () => {
    const page = await open();
    await page.makeSample(100);
    const stranger = await browser.newContext();
    const other = await open(stranger);
    await other.page.getByText('None yet').waitFor();
    expect(await other.page.locator('.file, #history tbody tr').count()).to.equal(0);
    await stranger.close();
  });

  it('works by keyboard alone', async () => {
    const page = await open();
    const { keyboard } = page.page;
    await page.page.evaluate(`document.querySelector('[name=rows] option').value = ${MANY}`);
    const press = async (key: string, times = 1): Promise<void> => {
      for (let time = 0; time < times; time += 1) await keyboard.press(key);
    };
    const focused = (): Promise<string> => page.page.evaluate('document.activeElement.textContent.trim()');
    await page.page.getByLabel('Rows').focus();
    await press('Home');
    await press('Tab', 2);
    expect(await focused()).to.equal('Make it');
    await press('Enter');
    const begin = page.button('Import');
    await begin.waitFor();
    await press('Tab');
    expect(await focused()).to.equal('Import');
    await press('Enter');
    await page.comesTo('running');
    await press('Tab');
    await press('Enter');
    await page.comesTo('cancelled');
    expect(await page.page.evaluate('document.activeElement.localName')).to.equal('operation-progress');
    await press('Tab');
    expect(await focused()).to.equal('Import again');
    await press('Tab', 2);
    await press('Enter');
    await page.page.getByText('None yet').waitFor();
    expect(await focused()).to.equal('Your files');
  });

  it('forgets an operation of the list', async () => {
    const page = await open();
    await page.makeSample(100);
    await page.page.getByRole('button', { name: 'Forget Sample file' }).click();
    await page.page.getByText('Nothing was started yet').waitFor();
    await page.page.reload();
    await page.button('Import').waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing axe-core complains of, in ${colorScheme}`, async () => {
      const own = await browser.newContext({ colorScheme, reducedMotion: 'reduce' });
      const page = await open(own);
      await page.page.addScriptTag({ path: axePath });
      const complaints = async (): Promise<unknown> => {
        const { violations } = await page.page.evaluate<AxeAnswer>('axe.run()');
        return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
      };
      await page.page.getByText('None yet').waitFor();
      expect(await complaints()).to.deep.equal([]);
      await page.makeSample(100, 'wrong');
      await page.button('Import').click();
      await page.comesTo('failed');
      await page.makeSample(MANY);
      expect(await complaints()).to.deep.equal([]);
      await page.button('Import').click();
      await page.comesTo('running');
      expect(await complaints()).to.deep.equal([]);
      await page.comesTo('done');
      expect(await complaints()).to.deep.equal([]);
      await own.close();
    });
  }
});

function csvFile(name: string, text: string): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: 'text/csv', buffer: Buffer.from(text) };
}

async function linesOf(download: { createReadStream(): Promise<NodeJS.ReadableStream> }): Promise<readonly string[]> {
  let text = '';
  for await (const chunk of await download.createReadStream()) text += String(chunk);
  return text.split('\n').filter((line) => line !== '');
}
