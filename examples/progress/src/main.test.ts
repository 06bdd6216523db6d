import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@verbena/test-programs';
import { startChromium } from '@verbena/test-programs/chromium';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { faultyAmong } from './sample-customers.js';
import { importedNumbers, temporaryFolder } from './testing/folder.js';
import { ImportPage, type Seen } from './testing/import-page.js';
import { Program } from './testing/program.js';

const main = fileURLToPath(new URL('main.js', import.meta.url));
const MANY = 200_000;

describe('npm run start:progress', function () {
  this.timeout(120_000);
  let browser: Browser;
  let folder: string;
  let program: Program;
  let env: Record<string, string>;

  before(async function () {
    browser = await startChromium(this);
  });

  after(() => (browser as Browser | undefined)?.close());

  beforeEach(async () => {
    folder = await temporaryFolder();
    env = { DATA: folder, PORT: String(await freePort()) };
    program = new Program(main, env);
  });

  afterEach(async () => {
    program.killAll();
    await program.ended();
    await rm(folder, { recursive: true });
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    it(`goes on with an import after ${signal} in the middle, and imports each customer once`, async () => {
      const context = await browser.newContext();
      const page = await ImportPage.open(context, await program.ready());
      await page.makeSample(MANY);
      await page.startImport();
      // Some of the customers are imported already, and kept by a checkpoint.
      await page.reaches(0.75);
      program.signal(signal);
      await program.ended();
      await page.page.locator('operation-progress:state(offline)').waitFor();
      program = new Program(main, env);
      await program.ready();
      await page.comesTo('done');
      const seen = await page.seen();
      expect(new Set(seen.map(({ attempt }) => attempt))).to.include(2);
      expectNoStepBack(seen);
      // It went on where it was: the second attempt has not checked everything again.
      expect(seen.find(({ attempt, value }) => attempt === 2 && value > 0)?.value).to.be.above(0.5);
      const { numbers, parts } = await importedNumbers(folder);
      expect([numbers.length, new Set(numbers).size]).to.deep.equal([
        MANY - faultyAmong(MANY),
        MANY - faultyAmong(MANY),
      ]);
      expect(parts).to.deep.equal([]);
      expect(page.faults).to.deep.equal([]);
      await context.close();
    });
  }

  it('says so in one line when its port is in use, and ends', async () => {
    await program.ready();
    const other = new Program(main, { ...env, DATA: `${folder}/other` });
    expect(await other.ended()).to.deep.equal([1, null]);
    expect(other.output).to.match(/^Listening on port \d+ failed: another program listens there already; .*\n$/);
  });
});

/** Expects each attempt to have gone forwards. */
function expectNoStepBack(seen: readonly Seen[]): void {
  for (const attempt of new Set(seen.map((one) => one.attempt))) {
    const values = seen.filter((one) => one.attempt === attempt).map(({ value }) => value);
    expect(values).to.deep.equal(values.toSorted((one, other) => one - other));
  }
}
