import type { BrowserContext, Locator, Page } from 'playwright-core';

/** How an operation was shown. */
export interface Seen {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly attempt: number;
  readonly value: number;
}

const WATCH = `
  sessionStorage.seen ??= '[]';
  const seen = JSON.parse(sessionStorage.seen);
  addEventListener('operation-progress', ({ target, detail: { operation } }) => {
    const { id, kind, state, attempt } = operation;
    const bar = target.shadowRoot.querySelector('progress');
    seen.push({ id, kind, state, attempt, value: bar.hasAttribute('value') ? bar.value : 0 });
    sessionStorage.seen = JSON.stringify(seen);
  });`;

/** For tests: the page of the example, as somebody uses it. */
export class ImportPage {
  readonly faults: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.faults.push(error.message));
  }

  static async open(context: BrowserContext, url: string): Promise<ImportPage> {
    const opened = new ImportPage(await context.newPage());
    await opened.page.addInitScript({ content: WATCH });
    await opened.page.goto(url);
    return opened;
  }

  get progress(): Locator {
    return this.page.locator('operation-progress').first();
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Has a file made, and waits for it. */
  async makeSample(rows: number, header: 'right' | 'wrong' = 'right'): Promise<void> {
    // The page offers some numbers; tests need others.
    await this.page.evaluate(`document.querySelector('[name=rows] option').value = ${rows}`);
    await this.page.getByLabel('Rows').selectOption(String(rows));
    await this.page.getByLabel('wrong header').setChecked(header === 'wrong');
    await this.button('Make it').click();
    await this.button('Import').waitFor();
  }

  async startImport(): Promise<void> {
    await this.button('Import').click();
    await this.page.locator('operation-progress:state(running)').waitFor();
  }

  /** Resolves when the bar has come as far, of 1. */
  async reaches(value: number): Promise<void> {
    await this.page.waitForFunction(
      `document.querySelector('operation-progress').shadowRoot.querySelector('progress').value >= ${value}`,
      undefined,
      { timeout: 60_000 },
    );
  }

  /** Resolves when the newest file's operation shows a state: `done`, `failed`, `cancelled`. */
  async comesTo(state: string): Promise<void> {
    await this.page.locator(`operation-progress:state(${state})`).first().waitFor({ timeout: 60_000 });
  }

  /** The text of a part of the element. */
  async text(part: string): Promise<string> {
    return this.progress.locator(`[part=${part}]`).innerText();
  }

  /** Every state of imports that was shown, in order, across reloads. */
  async seen(): Promise<readonly Seen[]> {
    const seen = await this.page.evaluate<readonly Seen[]>('JSON.parse(sessionStorage.seen)');
    return seen.filter(({ kind }) => kind === 'import-customers');
  }
}
