import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startChromium } from '@verbena/test-programs/chromium';
import { expect } from 'chai';
import { OperationServer } from './lib/operation-server.test-support.js';
import { until } from './lib/until.test-support.js';

const folder = join(import.meta.dirname, '..');
const MOST_BYTES = 6 * 1024;

describe('the single file', function () {
  this.timeout(30_000);

  before(() => {
    execFileSync('npm', ['run', 'bundle'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  });

  it('is no larger than 6 KiB, compressed', () => {
    const file = readFileSync(join(folder, 'dist/browser/operation-progress.js'));
    expect(gzipSync(file, { level: 9 }).length).to.be.at.most(MOST_BYTES);
  });

  it('is not in the way where there is no page, as on a server that renders one', async () => {
    const { OperationProgressElement, watchOperation } = await import('./browser.js');
    expect([OperationProgressElement, watchOperation].map((one) => typeof one)).to.deep.equal(['function', 'function']);
  });

  it('needs nothing but a script tag', async function () {
    const browser = await startChromium(this);
    const server = await OperationServer.start();
    try {
      const { id, links } = server.add();
      server.page = `<!doctype html><operation-progress src="${links.self}"></operation-progress>
<script type="module" src="/client/browser/operation-progress.js"></script>
<script type="module">import { watchOperation } from '/client/browser/operation-progress.js';
for await (const { state } of watchOperation('${links.self}')) document.title = state;</script>`;
      const page = await browser.newPage();
      await page.goto(server.origin);
      await until(() => server.streams === 1);
      server.report(id, { value: 0.25 });
      await until(async () => (await page.locator('[part=percent]').innerText()) === '25%');
      server.change(id, { state: 'succeeded' });
      await until(async () => (await page.title()) === 'succeeded');
    } finally {
      await browser.close();
      await server.stop();
    }
  });
});
