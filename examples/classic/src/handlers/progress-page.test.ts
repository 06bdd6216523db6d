import { startChromium } from '@verbena/test-programs/chromium';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';
import { until } from '../until.js';

/** What the page under test is seen doing. */
interface Watched {
  readonly page: Page;
  /** Every value the bar has shown since the page was loaded, without repetitions. */
  values(): Promise<number[]>;
  /** How often the page went anywhere. */
  navigations(): number;
}

describe('ProgressPage', function () {
  this.timeout(20_000);
  let browser: Browser;
  let site: ClassicUnderTest;
  let context: BrowserContext;
  let faults: string[];

  before(async function () {
    browser = await startChromium(this);
  });

  after(async () => {
    // Absent where the suite was skipped.
    await (browser as Browser | undefined)?.close();
  });

  beforeEach(async () => {
    site = await startClassicUnderTest();
    context = await browser.newContext();
    faults = [];
  });

  afterEach(async () => {
    await context.close();
    await site.close();
    expect(faults).to.deep.equal([]);
  });

  async function openPage(own: BrowserContext = context): Promise<Watched> {
    const page = await own.newPage();
    let navigations = 0;
    page.on('pageerror', (error) => faults.push(error.message));
    await page.addInitScript({
      content: `
        window.shown = [];
        new MutationObserver(() => {
          const bar = document.querySelector('progress');
          if (bar && window.shown.at(-1) !== bar.value) window.shown.push(bar.value);
        }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['value'] });`,
    });
    await page.goto(`${site.url}/progress/`);
    page.on('framenavigated', () => {
      navigations += 1;
    });
    return {
      page,
      values: () => page.evaluate('window.shown'),
      navigations: () => navigations,
    };
  }

  function startButton(page: Page): ReturnType<Page['getByRole']> {
    return page.getByRole('button', { name: 'Start' });
  }

  async function start({ page }: Watched): Promise<void> {
    await startButton(page).click();
    await page.getByText('Running…').waitFor();
  }

  async function advance({ page }: Watched, slices: number, percent: number): Promise<void> {
    site.pace.allow(slices);
    await page.locator(`progress[value="${percent}"]`).waitFor();
  }

  async function finish({ page }: Watched): Promise<void> {
    await page.getByText('Finished.').waitFor();
    await startButton(page).and(page.locator(':enabled')).waitFor();
  }

  it('moves its bar from 0 to 100 after Start, without going anywhere', async () => {
    const watched = await openPage();
    await start(watched);
    expect(await startButton(watched.page).isDisabled()).to.equal(true);
    await advance(watched, 30, 30);
    await advance(watched, 40, 70);
    await advance(watched, 30, 100);
    await finish(watched);
    expectRuns(await watched.values(), [0, 30, 70, 100]);
    expect(watched.navigations()).to.equal(0);
    expect(await watched.page.locator('#result').innerText()).to.match(/SHA-256\s+[0-9a-f]{64}/);
  });

  it('shows its bar move where the user has chosen all colours', async () => {
    const watched = await openPage();
    const { page } = watched;
    await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
    const look = async (): Promise<string> => (await page.locator('progress').screenshot()).toString('base64');
    const before = await look();
    await start(watched);
    await advance(watched, 70, 70);
    expect(await look()).not.to.equal(before);
  });

  it('has its bar and its status named for those who do not see them', async () => {
    const { page } = await openPage();
    await page.getByRole('progressbar', { name: 'Checksum' }).waitFor();
    await page.getByRole('status').getByText('Start one').waitFor();
  });

  it('finds the running bar again after a reload in the middle', async () => {
    const watched = await openPage();
    await start(watched);
    await advance(watched, 40, 40);
    await watched.page.reload();
    await watched.page.locator('progress[value="40"]').waitFor();
    expect(await startButton(watched.page).isDisabled()).to.equal(true);
    await advance(watched, 60, 100);
    await finish(watched);
    expectRuns(await watched.values(), [0, 40, 100]);
    expect(site.classic.runs.all).to.have.lengthOf(1);
  });

  it('starts one run for a double click', async () => {
    const watched = await openPage();
    await startButton(watched.page).and(watched.page.locator(':enabled')).waitFor();
    // Twice before the page can take a breath, and once more as a person does it.
    await watched.page.evaluate(`{ const button = document.querySelector('#start'); button.click(); button.click(); }`);
    await watched.page.getByText('Running…').waitFor();
    await startButton(watched.page).dblclick({ force: true });
    await advance(watched, 100, 100);
    await finish(watched);
    expect(site.classic.runs.all).to.have.lengthOf(1);
  });

  it('never shows the 100 of the first run in the second', async () => {
    const watched = await openPage();
    await start(watched);
    await advance(watched, 100, 100);
    await finish(watched);
    const atClick = await watched.page.evaluate(
      `document.querySelector('#start').click(), document.querySelector('#bar').value`,
    );
    expect(atClick).to.equal(0);
    await watched.page.getByText('Running…').waitFor();
    await advance(watched, 50, 50);
    await advance(watched, 50, 100);
    await finish(watched);
    expectRuns(await watched.values(), [0, 100], [0, 50, 100]);
    expect(site.classic.runs.all).to.have.lengthOf(2);
  });

  it('shows two browsers only their own runs', async () => {
    const otherContext = await browser.newContext();
    const [one, other] = [await openPage(), await openPage(otherContext)];
    await start(one);
    await advance(one, 60, 60);
    expect(await other.values()).to.deep.equal([0]);
    await start(other);
    expect(await other.values()).to.deep.equal([0]);
    site.pace.letGo();
    await Promise.all([finish(one), finish(other)]);
    expectRuns(await one.values(), [0, 60, 100]);
    expectRuns(await other.values(), [0, 100]);
    expect(site.classic.runs.all).to.have.lengthOf(2);
    await otherContext.close();
  });

  it('goes on where it was when the server cannot be reached for a while', async () => {
    const watched = await openPage();
    await start(watched);
    await advance(watched, 20, 20);
    await context.setOffline(true);
    await watched.page.getByText('The server cannot be reached').waitFor();
    expect(await watched.page.locator('progress[value="20"]').count()).to.equal(1);
    await context.setOffline(false);
    await watched.page.getByText('Running…').waitFor();
    await advance(watched, 80, 100);
    await finish(watched);
    expectRuns(await watched.values(), [0, 20, 100]);
  });

  it('can be started again when starting failed', async () => {
    const watched = await openPage();
    await startButton(watched.page).and(watched.page.locator(':enabled')).waitFor();
    await context.setOffline(true);
    await startButton(watched.page).click();
    await watched.page.getByText('The run could not be started').waitFor();
    await context.setOffline(false);
    await start(watched);
    expect(site.classic.runs.all).to.have.lengthOf(1);
  });

  it('says so when the run is lost, and can start another one', async () => {
    const watched = await openPage();
    await start(watched);
    await context.clearCookies();
    await watched.page.getByText('The server has lost the run').waitFor();
    await start(watched);
    await until(() => site.classic.runs.all.length === 2);
  });
});

/** Expects the bar to have shown these runs: each from its 0 upwards without a step back, by way of the values given. */
function expectRuns(values: readonly number[], ...runs: readonly (readonly number[])[]): void {
  const seen: number[][] = [];
  for (const value of values) {
    if (value === 0) seen.push([]);
    seen.at(-1)?.push(value);
  }
  expect(seen, `runs among ${values.join(', ')}`).to.have.lengthOf(runs.length);
  for (const [index, run] of seen.entries()) {
    expect(run).to.deep.equal([...new Set(run)].sort((one, other) => one - other));
    expect(run).to.include.members([...(runs[index] ?? [])]);
  }
}
