import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  faultyAmong,
  ImportPage,
  importedNumbers,
  Program,
  type Seen,
  temporaryFolder,
  until,
} from '@verbena/example-progress/testing';
import { freePort, requireProgram } from '@verbena/test-programs';
import { startChromium } from '@verbena/test-programs/chromium';
import { expect } from 'chai';
import type { Browser, BrowserContext } from 'playwright-core';

const main = fileURLToPath(new URL('main.js', import.meta.url));
const MANY = 200_000;

describe('npm run start:distributed', function () {
  this.timeout(120_000);
  let browser: Browser;
  let context: BrowserContext;
  let folder: string;
  let env: Record<string, string>;
  let program: Program;
  let url: string;

  before(async function () {
    if (process.platform === 'win32') this.skip();
    requireProgram(this, 'redis');
    browser = await startChromium(this);
  });

  after(() => (browser as Browser | undefined)?.close());

  beforeEach(async () => {
    folder = await temporaryFolder();
    env = { DATA: folder, PORT: String(await freePort()), REDIS_URL: '' };
    program = new Program(main, env);
    url = await program.ready();
    context = await browser.newContext();
  });

  afterEach(async () => {
    await context.close();
    program.signal('SIGTERM');
    await program.ended();
    await rm(folder, { recursive: true });
  });

  /** Ids of the processes that have begun as something, in order. */
  function pidsOf(role: 'web' | 'worker' | 'redis'): readonly number[] {
    return [...program.output.matchAll(new RegExp(`${role} (\\d+) begins`, 'g'))].map(([, pid]) => Number(pid));
  }

  /** Kills processes at once, and waits until others have begun in their place. */
  async function kill(role: 'web' | 'worker' | 'redis', ...pids: readonly number[]): Promise<void> {
    const before = pidsOf(role).length;
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await until(() => pidsOf(role).length === before + pids.length);
  }

  async function startImport(): Promise<ImportPage> {
    const page = await ImportPage.open(context, url);
    await page.makeSample(MANY);
    await page.startImport();
    return page;
  }

  async function expectDone(page: ImportPage): Promise<readonly Seen[]> {
    await page.comesTo('done');
    const seen = await page.seen();
    for (const attempt of new Set(seen.map((one) => one.attempt))) {
      const values = seen.filter((one) => one.attempt === attempt).map(({ value }) => value);
      expect(values, `attempt ${attempt}`).to.deep.equal(values.toSorted((one, other) => one - other));
    }
    const attempts = seen.map(({ attempt }) => attempt);
    expect(attempts).to.deep.equal(attempts.toSorted((one, other) => one - other));
    const { numbers } = await importedNumbers(folder);
    expect([numbers.length, new Set(numbers).size]).to.deep.equal([MANY - faultyAmong(MANY), MANY - faultyAmong(MANY)]);
    expect(page.faults).to.deep.equal([]);
    return seen;
  }

  it('answers from both web processes', async () => {
    const servedBy = new Set<string | null>();
    await until(async () => {
      const answer = await fetch(url, { headers: { connection: 'close' } });
      await answer.text();
      servedBy.add(answer.headers.get('served-by'));
      return servedBy.size === 2;
    });
    expect(servedBy).to.deep.equal(new Set(pidsOf('web').map((pid) => `web ${pid}`)));
  });

  it('goes on in another worker when workers are killed, and imports each customer once', async () => {
    const page = await startImport();
    await page.reaches(0.6);
    await kill('worker', ...pidsOf('worker'));
    const seen = await expectDone(page);
    expect(seen.at(-1)?.attempt).to.be.above(1);
  });

  it('shows the bar where it is when web processes are killed, one after the other', async () => {
    const page = await startImport();
    for (const pid of pidsOf('web')) await kill('web', pid);
    const seen = await expectDone(page);
    expect(seen.at(-1)?.attempt).to.equal(1);
  });

  it('goes on after Redis was killed', async () => {
    const page = await startImport();
    await page.reaches(0.1);
    await kill('redis', ...pidsOf('redis'));
    await expectDone(page);
  });

  it('leaves no process behind when it is killed itself, and finds everything again', async () => {
    const page = await startImport();
    await page.reaches(0.1);
    const pids = [...pidsOf('web'), ...pidsOf('worker')];
    program.signal('SIGKILL');
    await program.ended();
    await until(() => !pids.some(isRunning));
    program = new Program(main, env);
    await program.ready();
    await expectDone(page);
  });

  it('says so when its port is in use, or no Redis is installed, and ends', async () => {
    for (const [told, text] of [
      [{ ...env, DATA: `${folder}/second` }, /Listening on port \d+ failed: .*EADDRINUSE[^]*Stopped/],
      [{ ...env, DATA: `${folder}/third`, PATH: folder }, /redis-server was not found; install Redis/],
    ] as const) {
      const other = new Program(main, told);
      expect(await other.ended()).to.deep.equal([1, null]);
      expect(other.output).to.match(text);
    }
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
