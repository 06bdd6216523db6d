import { AssertionError } from 'chai';

/** What the process looked like before a suite, to be compared with what it looks like afterwards. */
export class Aftermath {
  readonly #patienceMs: number;
  readonly #unhandled = new Set<unknown>();
  #begun: Promise<ReadonlyMap<string, number>> | undefined;

  /** @param patienceMs how long what is being closed may take, in milliseconds */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Begins to watch, and gives what is open then; from the second call on, what was open at the first. */
  begin(): Promise<ReadonlyMap<string, number>> {
    this.#begun ??= this.#watch();
    return this.#begun;
  }

  /**
   * Ends watching for errors.
   *
   * @throws AssertionError when a promise was rejected, or an error thrown, and nobody there to handle it
   */
  async expectNoUnhandledError(): Promise<void> {
    await this.begin();
    // What was rejected just now is told of after the promises that still have their turn.
    await pause();
    const { process: host, removeEventListener: ignore } = globals;
    host?.off?.('unhandledRejection', this.#noteReason);
    host?.off?.('uncaughtExceptionMonitor', this.#noteReason);
    ignore?.('unhandledrejection', this.#noteEvent);
    if (this.#unhandled.size === 0) return;
    const [first] = this.#unhandled;
    throw new AssertionError(
      `Errors that nobody handled while the suite ran: ${this.#unhandled.size}; the first was: ${describe(first)}`,
    );
  }

  /**
   * Waits until no more handles are open than before.
   *
   * @throws AssertionError when some stay open
   */
  async expectNoOpenHandle(): Promise<void> {
    const before = await this.begin();
    const attempts = Math.ceil(this.#patienceMs / PAUSE_MS);
    for (let attempt = 1; ; attempt += 1) {
      await pause();
      const left = surplus(openHandles(), before);
      if (left.length === 0) return;
      if (attempt >= attempts)
        throw new AssertionError(`The suite is over, and this is still open: ${left.join(', ')}`);
    }
  }

  async #watch(): Promise<ReadonlyMap<string, number>> {
    const { process: host, addEventListener: listen } = globals;
    host?.on?.('unhandledRejection', this.#noteReason);
    host?.on?.('uncaughtExceptionMonitor', this.#noteReason);
    listen?.('unhandledrejection', this.#noteEvent);
    // A test runner limits the time of a test only once it has been begun.
    await pause();
    return openHandles();
  }

  readonly #noteReason = (reason: unknown): void => {
    this.#unhandled.add(reason);
  };

  readonly #noteEvent = (event: RejectionEvent): void => {
    // Some runtimes stop otherwise, before anything can be said.
    event.preventDefault();
    this.#unhandled.add(event.reason);
  };
}

/** Why open handles cannot be counted here; undefined when they can. */
export function handlesUnknown(): string | undefined {
  // Some runtimes have the function, and it lists nothing.
  const probe = setTimeout(() => {}, PAUSE_MS);
  const isListed = openHandles().size > 0;
  clearTimeout(probe);
  return isListed ? undefined : 'the runtime does not tell what is open';
}

const PAUSE_MS = 5;

/** An event of the web's kind, as runtimes without Node's have it. */
interface RejectionEvent {
  readonly reason: unknown;
  preventDefault(): void;
}

type Watch = (type: 'unhandledrejection', listener: (event: RejectionEvent) => void) => void;

/** What not every runtime has. */
const globals = globalThis as unknown as {
  readonly process?: Partial<Pick<NodeJS.Process, 'on' | 'off' | 'getActiveResourcesInfo'>>;
  readonly addEventListener?: Watch;
  readonly removeEventListener?: Watch;
};

/** How many of each kind keep the process alive. */
function openHandles(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of activeResources()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** What there is more of than before. */
function surplus(after: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): readonly string[] {
  return [...after].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    return more > 0 ? [`${more} ${kind}`] : [];
  });
}

function activeResources(): readonly string[] {
  try {
    return globals.process?.getActiveResourcesInfo?.() ?? [];
  } catch {
    // Workers have the function, and have not implemented it.
    return [];
  }
}

/** A timer of our own has gone off when it is over, so that it counts for nothing. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}
