import { expect } from 'chai';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';
import { until } from '../until.js';

describe('RunResult', () => {
  let site: ClassicUnderTest;

  before(async () => {
    site = await startClassicUnderTest();
  });

  after(() => site.close());

  it('answers 404 until the run is finished, then what it found out', async () => {
    const started = await site.fetch('/progress/runs', { method: 'POST' });
    const headers = { cookie: started.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
    expect((await site.fetch('/progress/result', { headers })).status).to.equal(404);
    site.pace.letGo();
    await until(async () => (await site.fetch('/progress/result', { headers })).status === 200);
    const { sha256 } = (await (await site.fetch('/progress/result', { headers })).json()) as { sha256: string };
    expect(sha256).to.match(/^[0-9a-f]{64}$/);
  });
});
