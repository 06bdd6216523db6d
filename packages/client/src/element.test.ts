import { startChromium } from '@verbena/test-programs/chromium';
import { Nginx } from '@verbena/test-programs/nginx';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { OperationServer } from './lib/operation-server.test-support.js';
import type { OperationProgressElement } from './lib/progress-element.js';
import type { OperationRecord } from './lib/record.js';
import { until } from './lib/until.test-support.js';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Of an nginx that holds answers back until they are complete. */
const BUFFERING = ['proxy_buffering on;', 'proxy_ignore_headers X-Accel-Buffering;', 'gzip on;'];
const EVENTS = ['state', 'progress', 'connection', 'done', 'failed', 'cancelled', 'gone', 'cancel', 'retry'];

describe('<operation-progress>', function () {
  this.timeout(30_000);
  let browser: Browser;
  let context: BrowserContext;
  let server: OperationServer;
  let operation: OperationRecord;
  let page: Page;

  before(async function () {
    browser = await startChromium(this);
  });

  // Where the tests are skipped, there is none.
  after(() => (browser as Browser | undefined)?.close());

  beforeEach(async () => {
    server = await OperationServer.start();
    operation = server.add();
    context = await browser.newContext({ locale: 'en-GB' });
    page = await context.newPage();
  });

  afterEach(async () => {
    await context.close();
    await server.stop();
  });

  /** The document with the element in it, as a server would send it. */
  function documentWith(body: string): string {
    return `<!doctype html><html lang="en"><title>Import</title><main><h1>Import</h1>${body}</main>
<script>window.seen = []; for (const name of ${JSON.stringify(EVENTS)})
  addEventListener('operation-' + name, (event) => seen.push(name + (name === 'state' ? ':' + event.detail.operation.state : '')));</script>
<script type="module" src="/client/element.js"></script></html>`;
  }

  const element = (attributes = '', content = ''): string =>
    `<operation-progress src="${operation.links.self}" label="Import customers" ${attributes}>${content}</operation-progress>`;

  async function open(body: string = element(), origin: string = server.origin): Promise<void> {
    server.page = documentWith(body);
    await page.goto(origin);
  }

  /** The text of a part; empty when it is not shown. */
  async function text(name: string, on: Page = page): Promise<string> {
    const part = on.locator(`operation-progress [part=${name}]`).first();
    return (await part.isVisible()) ? part.innerText() : '';
  }

  const shows = (name: string, expected: string, on: Page = page): Promise<void> =>
    until(async () => (await text(name, on)) === expected);

  const stateIs = (state: string): Promise<void> =>
    until(() => page.evaluate((name) => document.querySelector(`operation-progress:state(${name})`) !== null, state));

  const seen = (): Promise<string[]> => page.evaluate(() => (window as unknown as { seen: string[] }).seen);

  const said = (): Promise<string> =>
    page
      .locator('operation-progress [part=status]')
      .textContent()
      .then((content) => content ?? '');

  async function streaming(count = 1): Promise<void> {
    await until(() => server.streams === count);
  }

  it('moves with the operation, and ends with it', async () => {
    operation = server.add({ state: 'queued' });
    await open();
    await shows('message', 'Waiting');
    await streaming();
    server.change(operation.id, { state: 'running' });
    await stateIs('indeterminate');
    server.report(operation.id, { value: 0.42, phase: 'Reading', done: 420, total: 1000, unit: 'rows' });
    await shows('percent', '42%');
    expect(await text('message')).to.equal('Reading · 420 / 1,000 rows');
    server.change(operation.id, { state: 'succeeded', progress: { value: 1, phase: 'Reading', message: 'All read' } });
    await stateIs('done');
    expect(await text('percent')).to.equal('Done');
    expect(await text('message')).to.equal('All read');
    expect((await seen()).filter((event) => event !== 'connection')).to.deep.equal([
      'progress',
      'state:queued',
      'progress',
      'state:running',
      'progress',
      'progress',
      'state:succeeded',
      'done',
    ]);
  });

  it('shows its own content until it knows something, and for ever where no script runs', async () => {
    const content = '<progress></progress> <a href="/status">Status</a>';
    let answer = (): void => {};
    server.hold = new Promise<void>((resolve) => (answer = resolve));
    await open(element('', content));
    expect(await page.getByText('Status').isVisible()).to.equal(true);
    answer();
    await shows('message', 'Running');
    expect(await page.getByText('Status').isVisible()).to.equal(false);

    const without = await browser.newContext({ javaScriptEnabled: false });
    const plain = await without.newPage();
    await plain.goto(server.origin);
    expect(await plain.getByText('Status').isVisible()).to.equal(true);
    await without.close();
  });

  it('cancels by keyboard alone, and leaves the focus where it is', async () => {
    await open(`<button>Before</button>${element('cancellable')}`);
    await streaming();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await shows('message', 'Cancelling');
    const cancel = page.getByRole('button', { name: 'Cancel' });
    expect(await cancel.getAttribute('aria-disabled')).to.equal('true');
    server.change(operation.id, { state: 'cancelled' });
    await shows('percent', 'Cancelled');
    expect(await page.evaluate(() => document.activeElement?.localName)).to.equal('operation-progress');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Shift+Tab');
    await until(() => cancel.isHidden());
    expect(await page.evaluate(() => document.activeElement?.textContent)).to.equal('Before');
    expect(server.requests.filter((request) => request.startsWith('POST'))).to.have.length(1);
    expect(await seen()).to.include('cancelled');
  });

  it('cancels nothing when a listener prevents it', async () => {
    await open(element('cancellable'));
    await page.evaluate(() => addEventListener('operation-cancel', (event) => event.preventDefault()));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await streaming();
    expect(server.requests.filter((request) => request.startsWith('POST'))).to.deep.equal([]);
  });

  it('says why it could not be cancelled, and goes on', async () => {
    await open(element('cancellable'));
    await streaming();
    server.cancelRefusal = 403;
    await page.getByRole('button', { name: 'Cancel' }).click();
    await shows('error', 'Refused with 403');
    server.report(operation.id, { value: 0.5 });
    await shows('percent', '50%');
    expect(await text('error')).to.equal('');
  });

  it('offers no cancelling where the work cannot be cancelled, or the page does not want it', async () => {
    await open();
    await streaming();
    expect(await page.getByRole('button').count()).to.equal(0);
    operation = server.add({ cancellable: false });
    await open(element('cancellable'));
    await streaming();
    expect(await page.getByRole('button').count()).to.equal(0);
  });

  it('says why it failed, and is watched anew when the page has started it again', async () => {
    await open(element('retryable'));
    await page.evaluate(() =>
      addEventListener('operation-retry', ({ target }) => {
        void fetch('/start', { method: 'POST' })
          .then((response) => response.json())
          .then((operation) => Object.assign(target as HTMLElement, { operation }));
      }),
    );
    await streaming();
    server.change(operation.id, { state: 'failed', error: { title: 'Disk full', detail: 'No space for 3 files' } });
    await shows('error', 'Disk full · No space for 3 files');
    await stateIs('failed');
    expect(await page.getByRole('alert').textContent()).to.include('Disk full');
    const next = server.add();
    server.onStart = () => next;
    await page.getByRole('button', { name: 'Try again' }).click();
    await shows('error', '');
    await streaming();
    server.report(next.id, { value: 0.1 });
    await shows('percent', '10%');
    expect(await seen()).to.include.members(['failed', 'retry']);
  });

  it('goes on after a reload in the middle', async () => {
    await open();
    await streaming();
    server.report(operation.id, { value: 0.6 });
    await shows('percent', '60%');
    await page.reload();
    await shows('percent', '60%');
    await streaming();
    server.report(operation.id, { value: 0.7 });
    await shows('percent', '70%');
  });

  it('says that the server is away, and goes on when it is back', async () => {
    await open();
    await streaming();
    server.report(operation.id, { value: 0.6 });
    await shows('percent', '60%');
    await server.stop();
    await stateIs('offline');
    expect(await text('message')).to.include('Connection lost, trying again');
    expect(await text('percent')).to.equal('60%');
    await server.listen();
    await shows('message', 'Running');
    server.report(operation.id, { value: 0.8 });
    await shows('percent', '80%');
  });

  it('says that work was restarted, and begins its bar again', async () => {
    await open();
    await streaming();
    server.report(operation.id, { value: 0.6 });
    server.change(operation.id, { attempt: 2, progress: { value: 0.1 } });
    await shows('percent', '10%');
    expect(await text('message')).to.include('Restarted (attempt 2)');
    expect(await said()).to.equal('Import customers: Restarted (attempt 2)');
  });

  it('says that the server has lost sight of the work', async () => {
    await open();
    await streaming();
    server.send(operation.id, 'stale', { id: operation.id });
    await stateIs('offline');
    server.report(operation.id, { value: 0.2 });
    await shows('message', 'Running');
  });

  it('says that there is no such operation, and asks no more', async () => {
    server.refusal = 404;
    await open(element('retryable'));
    await shows('error', 'No longer available');
    await stateIs('gone');
    expect(await seen()).to.include('gone');
    expect(await page.getByRole('button', { name: 'Try again' }).isVisible()).to.equal(true);
    expect(server.requests).to.have.length(1);
  });

  it('shows the parts of the work', async () => {
    await open();
    await streaming();
    const read = { name: 'Read', weight: 1, value: 1 };
    const pages = [{ name: 'Page 1', weight: 1, value: null }];
    server.report(operation.id, {
      value: 0.6,
      children: [read, { name: 'Write', weight: 1, value: 0.2, children: pages }],
    });
    await until(async () => (await page.locator('[part=step]').count()) === 3);
    expect((await page.locator('[part=steps]').innerText()).split('\n')).to.deep.equal([
      'Read ✓',
      'Write 20%',
      'Page 1 …',
    ]);
    server.report(operation.id, { value: 0.7 });
    await until(async () => (await page.locator('[part=step]').count()) === 0);
  });

  it('estimates how long it will take, unless told not to', async () => {
    await page.clock.install();
    await open(element() + element('no-eta id="silent"'));
    await streaming();
    for (let value = 0; value <= 0.1; value += 0.01) {
      server.report(operation.id, { value });
      await shows('percent', `${Math.floor(value * 100)}%`);
      await page.clock.runFor(1_000);
    }
    await until(async () => /^1 minute|^2 minutes left$/.test(await text('eta')));
    expect(await page.locator('#silent [part=eta]').textContent()).to.equal('');
  });

  it('speaks in the language of the page', async () => {
    const labels = JSON.stringify({ running: 'Läuft', cancel: 'Abbrechen' });
    await open(`<div lang="de">${element(`cancellable labels='${labels}'`)}</div>`);
    await shows('message', 'Läuft');
    expect(await page.getByRole('button', { name: 'Abbrechen' }).isVisible()).to.equal(true);
    await streaming();
    server.report(operation.id, { value: 0.5, done: 1500, unit: 'Zeilen' });
    await shows('percent', '50\u00a0%');
    expect(await text('message')).to.equal('Läuft · 1.500 Zeilen');
  });

  it('shows what the page puts into its slots, at its time', async () => {
    const slots = ['label', 'done', 'error', 'cancel'].map((name) => `<b slot="${name}">${name} of the page</b>`);
    await open(element('cancellable', slots.join('')));
    await streaming();
    const visible = async (): Promise<string[]> =>
      (await page.locator('b').all()).reduce<Promise<string[]>>(
        async (all, one) => [...(await all), ...((await one.isVisible()) ? [await one.innerText()] : [])],
        Promise.resolve([]),
      );
    expect(await visible()).to.deep.equal(['label of the page', 'cancel of the page']);
    expect(await page.getByRole('progressbar', { name: 'label of the page' }).count()).to.equal(1);
    server.change(operation.id, { state: 'succeeded' });
    await stateIs('done');
    expect(await visible()).to.deep.equal(['label of the page', 'done of the page']);
  });

  it('tells those who listen what those who look see', async () => {
    operation = server.add({ state: 'queued' });
    await open(`<section id="region">${element('for="region"')}</section>`);
    await streaming();
    const bar = page.getByRole('progressbar', { name: 'Import customers' });
    const region = page.locator('#region');
    expect(await bar.getAttribute('value')).to.equal(null);
    expect(await bar.getAttribute('aria-valuetext')).to.equal('Waiting');
    expect(await region.getAttribute('aria-busy')).to.equal('true');
    expect(await said()).to.equal('Import customers: Waiting');
    server.change(operation.id, { state: 'running' });
    server.report(operation.id, { value: 0.5, phase: 'Reading' });
    await until(async () => (await bar.getAttribute('value')) === '0.5');
    expect(await bar.getAttribute('aria-valuetext')).to.equal('50%, Reading');
    expect(await said()).to.equal('Import customers: Running');
    server.change(operation.id, { state: 'succeeded', progress: { value: 1 } });
    await until(async () => (await region.getAttribute('aria-busy')) === null);
    expect(await said()).to.equal('Import customers: Done');
  });

  it('is named by the page, else by the label of its operation', async () => {
    const { links } = server.add({ label: 'customers.csv' });
    const { links: nameless } = server.add();
    const sources = [`src="${links.self}"`, `src="${links.self}" label="Own"`, `src="${nameless.self}"`];
    await open(sources.map((source) => `<operation-progress ${source}></operation-progress>`).join(''));
    await streaming();
    expect(await page.locator('[part=label]').allInnerTexts()).to.deep.equal(['customers.csv', 'Own', 'Progress']);
    expect(await page.getByRole('progressbar', { name: 'customers.csv' }).count()).to.equal(1);
  });

  it('needs one stream for all on the page, and keeps it while they move', async () => {
    const others = [server.add(), server.add()];
    const elements = others.map(({ links }) => `<operation-progress src="${links.self}"></operation-progress>`);
    await open(element() + elements.join(''));
    await streaming();
    server.requests.length = 0;
    await page.evaluate(() =>
      document.querySelector('main')?.append(document.querySelector('operation-progress') as Node),
    );
    server.report(operation.id, { value: 0.3 });
    await until(async () => (await page.locator('[part=percent]').allInnerTexts()).includes('30%'));
    expect(server.requests).to.deep.equal([]);
    await page.evaluate(() => document.querySelector('main')?.replaceChildren());
    await streaming(0);
  });

  it('ends the stream when it is taken out, and watches again when it is put back', async () => {
    await open(element('id="one"') + element());
    await streaming();
    const takeOut = (): Promise<void> =>
      page.evaluate(() => {
        const main = document.querySelector('main') as HTMLElement;
        Object.assign(window, { taken: [...main.querySelectorAll('operation-progress')] });
        main.replaceChildren();
      });
    for (const value of [0.1, 0.2]) {
      await takeOut();
      await streaming(0);
      await page.evaluate(() =>
        document.querySelector('main')?.append(...(window as unknown as { taken: Element[] }).taken),
      );
      await streaming();
      server.report(operation.id, { value });
      await shows('percent', `${value * 100}%`);
    }
  });

  it('takes an operation that was set before the element was known', async () => {
    server.page = documentWith('<operation-progress></operation-progress>').replace(
      '</main>',
      `</main><script>document.querySelector('operation-progress').operation = ${JSON.stringify(operation)}</script>`,
    );
    await page.goto(server.origin);
    await streaming();
    server.report(operation.id, { value: 0.3 });
    await shows('percent', '30%');
  });

  it('does not look like a share of work of unknown length where nothing is to move', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open();
    await stateIs('indeterminate');
    const widthOf = async (name: string): Promise<number | undefined> =>
      (await page.locator(`[part=${name}]`).boundingBox())?.width;
    expect(await widthOf('fill')).to.equal(await widthOf('bar'));
  });

  it('asks for nothing while its address is empty', async () => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await open('<operation-progress src=""></operation-progress>');
    await page.evaluate(() => customElements.whenDefined('operation-progress'));
    // Whatever it had asked would have come before this.
    await page.evaluate(() => fetch('/operations/last'));
    expect(asked.filter((path) => !path.startsWith('/client/'))).to.deep.equal(['/', '/operations/last']);
  });

  it('leaves its region alone once it is taken out, also when it is changed then', async () => {
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => faults.push(message));
    await open(`<section id="region">${element('for="region"')}</section>`);
    await until(() => page.locator('#region[aria-busy=true]').isVisible());
    await page.evaluate(() => {
      const taken = document.querySelector('operation-progress') as Element;
      taken.remove();
      taken.setAttribute('label', 'Taken out');
    });
    await streaming(0);
    expect(await page.locator('#region').getAttribute('aria-busy')).to.equal(null);
    expect(faults).to.deep.equal([]);
  });

  it('can be given the next operation by a listener of the end, even of one that is over already', async () => {
    const next = server.add();
    await open('<operation-progress></operation-progress>');
    await page.evaluate(
      ([over, following]) => {
        addEventListener('operation-done', ({ target }) => Object.assign(target as object, { operation: following }));
        Object.assign(document.querySelector('operation-progress') as Element, { operation: over });
      },
      [server.change(operation.id, { state: 'succeeded' }), next] as const,
    );
    await streaming();
    server.report(next.id, { value: 0.3 });
    await shows('percent', '30%');
    await page.evaluate(() => document.querySelector('operation-progress')?.remove());
    await streaming(0);
  });

  it('asks for nothing when a listener gives the operation up at its first news', async () => {
    await page.clock.install();
    await open('<operation-progress></operation-progress>');
    await page.evaluate((record) => {
      const one = document.querySelector('operation-progress') as OperationProgressElement;
      one.addEventListener('operation-state', () => one.watch(undefined));
      one.operation = record;
    }, operation);
    await page.clock.runFor(5_000);
    // Whatever it had asked would have come before this.
    await page.evaluate(() => fetch('/operations/last'));
    expect(server.requests).to.deep.equal(['GET /operations/last']);
  });

  it('cancels nothing that it no longer watches', async () => {
    await open();
    await streaming();
    await page.evaluate(async (next) => {
      const one = document.querySelector('operation-progress') as OperationProgressElement;
      one.watch(undefined);
      await one.cancel();
      one.watch(next.links.self);
      one.remove();
      one.src = '/operations/another';
      await one.cancel();
    }, server.add());
    expect(server.requests.filter((request) => request.startsWith('POST'))).to.deep.equal([]);
  });

  it('gives its stream up after a minute out of sight, and has the newest state once it is seen again', async () => {
    await page.clock.install();
    await open();
    await streaming();
    const turn = (hidden: boolean): Promise<void> =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await turn(true);
    for (const seconds of [30, 29]) {
      server.beat();
      await page.clock.runFor(seconds * 1000);
    }
    await page.clock.runFor(500);
    expect(server.streams).to.equal(1);
    await page.clock.runFor(1_000);
    await streaming(0);
    await page.clock.runFor(5_000);
    // Whatever it had asked would have come before this.
    await page.evaluate(() => fetch('/operations/last'));
    expect(server.requests.filter((request) => request === 'GET /operations/events')).to.have.length(1);
    server.report(operation.id, { value: 0.9 });
    await turn(false);
    await shows('percent', '90%');
    await page.clock.runFor(1_000);
    await streaming();
  });

  for (const transport of ['auto', 'sse'])
    it(`works in seven tabs that are opened at once, four of them streaming: ${transport}`, async () => {
      server.page = documentWith(element(`transport="${transport}"`));
      const pages = [page, ...(await Promise.all(Array.from({ length: 6 }, () => context.newPage())))];
      await Promise.all(pages.map((one) => one.goto(server.origin)));
      await streaming(4);
      server.report(operation.id, { value: 0.5 });
      for (const one of pages) await shows('percent', '50%', one);
      expect(server.streams).to.equal(4);
      for (const one of pages.slice(0, 4)) await one.close();
      await streaming(3);
      server.report(operation.id, { value: 0.6 });
      for (const one of pages.slice(4)) await shows('percent', '60%', one);
    });

  it('streams in the place of a tab that was closed', async () => {
    await open();
    await streaming();
    const later = (): Promise<unknown> => context.newPage().then((one) => one.goto(server.origin));
    await later();
    await streaming(2);
    await page.close();
    await streaming(1);
    for (const count of [2, 3, 4]) {
      await later();
      await streaming(count);
    }
  });

  it('gets news by polling within eight seconds behind a proxy that holds streams back', async function () {
    const proxy = await Nginx.start(this, `http://127.0.0.1:${server.port}`, BUFFERING);
    try {
      await open(element(), proxy.url);
      await shows('message', 'Running');
      await until(() => server.requests.includes('GET /operations/events'));
      const began = performance.now();
      server.report(operation.id, { value: 0.5 });
      await shows('percent', '50%');
      expect(performance.now() - began).to.be.below(8_000);
    } finally {
      await proxy.stop();
    }
  });

  describe('accessibility', () => {
    const states: readonly (readonly [name: string, members: Partial<OperationRecord>])[] = [
      ['queued', { state: 'queued' }],
      ['running, of unknown length', {}],
      ['running', { progress: { value: 0.4, phase: 'Reading', done: 4, total: 10, unit: 'files' } }],
      ['in steps', { progress: { value: 0.4, children: [{ name: 'Read', weight: 1, value: 0.4 }] } }],
      ['cancelling', { state: 'cancelling', progress: { value: 0.4 } }],
      ['done', { state: 'succeeded', progress: { value: 1 } }],
      ['failed', { state: 'failed', progress: { value: 0.4 }, error: { title: 'Disk full' } }],
      ['cancelled', { state: 'cancelled', progress: { value: 0.4 } }],
    ];

    for (const scheme of ['light', 'dark'] as const)
      it(`is not found wanting by axe-core in any state, ${scheme}`, async () => {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        const elements = states.map(([name, members]) => {
          const { links } = server.add(members);
          return `<operation-progress src="${links.self}" label="${name}" cancellable retryable></operation-progress>`;
        });
        await open(
          `<style>:root { color-scheme: light dark; background: Canvas; color: CanvasText }</style>${elements.join('')}`,
        );
        await until(async () => (await page.locator('[part=percent]', { hasText: 'Cancelled' }).count()) === 1);
        await page.evaluate(await readFile(axePath, 'utf8'));
        const { violations, incomplete } = await page.evaluate(() =>
          (
            window as unknown as { axe: { run(): Promise<Record<'violations' | 'incomplete', { id: string }[]>> } }
          ).axe.run(),
        );
        expect(violations.map(({ id }) => id)).to.deep.equal([]);
        expect(incomplete.map(({ id }) => id)).to.deep.equal([]);
      });
  });
});
