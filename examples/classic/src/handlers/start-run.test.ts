import { expect } from 'chai';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';
import { until } from '../until.js';

describe('StartRun', () => {
  let site: ClassicUnderTest;

  beforeEach(async () => {
    site = await startClassicUnderTest();
  });

  afterEach(() => site.close());

  /** Starts a run in a new session; gives the session's cookie. */
  async function openSession(): Promise<string> {
    const answer = await site.fetch('/progress/runs', { method: 'POST' });
    expect(answer.status).to.equal(202);
    return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  }

  async function progressOf(cookie: string): Promise<number> {
    return Number(await (await site.fetch('/progress/GetProgress.ashx', { headers: { cookie } })).text());
  }

  it('starts a run that GetProgress then tells of, whatever the verb', async () => {
    const cookie = await openSession();
    expect(await progressOf(cookie)).to.equal(0);
    site.pace.allow(30);
    await until(async () => (await progressOf(cookie)) === 30);
    for (const method of ['POST', 'PUT', 'PROPFIND']) {
      const answer = await site.fetch('/anywhere/getprogress.ASHX', { method, headers: { cookie } });
      expect(await answer.text(), method).to.equal('30');
      expect(answer.headers.get('content-type')).to.equal('text/plain; charset=utf-8');
      expect(answer.headers.get('cache-control')).to.equal('no-cache');
    }
  });

  it('starts one run for many requests of one session at once', async () => {
    const cookie = await openSession();
    site.pace.letGo();
    await until(async () => (await progressOf(cookie)) === 100);
    const starts = Array.from({ length: 10 }, () =>
      site.fetch('/progress/runs', { method: 'POST', headers: { cookie } }),
    );
    const answers = await Promise.all(starts);
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).to.equal(1);
    expect(answers.filter(({ status }) => status === 202)).to.have.lengthOf(1);
    expect(site.classic.runs.all).to.have.lengthOf(2);
  });

  it('never lets the first run be taken for the second', async () => {
    const cookie = await openSession();
    site.pace.allow(100);
    await until(async () => (await progressOf(cookie)) === 100);
    await site.fetch('/progress/runs', { method: 'POST', headers: { cookie } });
    expect(await progressOf(cookie)).to.equal(0);
  });

  it('keeps the runs of two sessions apart', async () => {
    const first = await openSession();
    site.pace.allow(10);
    await until(async () => (await progressOf(first)) === 10);
    expect(await progressOf(await openSession())).to.equal(0);
  });
});
