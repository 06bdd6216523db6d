import type { Behaviour } from './behaviour.js';
import { behaviours } from './behaviours.js';
import { type AdapterHost, hasSocket } from './host.js';

/** Registers a test. */
export interface RegisterTest {
  (name: string, run: () => Promise<void>): unknown;
  /** Registers a test that is shown and not run. */
  skip(name: string, run: () => Promise<void>): unknown;
}

/** What mocha, `node:test` and vitest have in common. */
export interface TestRunner {
  describe(name: string, register: () => void): unknown;
  readonly it: RegisterTest;
}

/** How the behaviours are registered. */
export interface DescribeOptions {
  /**
   * What the host truly cannot do: the name of a behaviour, or of a whole topic, and the reason, which the report shows.
   * Default: nothing.
   */
  readonly except?: Readonly<Record<string, string>>;
  /** Where tests are registered. Default: `describe` and `it` of the global object, as mocha has them. */
  readonly runner?: TestRunner;
}

/** Above what a behaviour itself may take, so that its own message is the one that is seen. */
const TEST_LIMIT_MS = 60_000;

/**
 * Registers every behaviour as a test of a host. Those that do not apply to it, and those it is excepted from, are shown
 * as skipped, with the reason.
 *
 * @param name of the host, for the report
 * @throws TypeError when `except` names something that is no behaviour, or when there is no test runner
 */
export function describeAdapter(name: string, host: AdapterHost, options: DescribeOptions = {}): void {
  const { except = {}, runner = globalRunner() } = options;
  checkExceptions(except);
  runner.describe(name, () => {
    for (const topic of new Set(behaviours.map((behaviour) => behaviour.topic))) {
      runner.describe(topic, () => {
        for (const behaviour of behaviours) if (behaviour.topic === topic) register(behaviour, host, except, runner.it);
      });
    }
  });
}

function register(
  behaviour: Behaviour,
  host: AdapterHost,
  except: Readonly<Record<string, string>>,
  it: RegisterTest,
): void {
  const run = (): Promise<void> => behaviour.run(host);
  const reason = except[behaviour.name] ?? except[behaviour.topic] ?? inapplicability(behaviour, host);
  if (reason !== undefined) it.skip(`${behaviour.name} (${reason})`, run);
  else allowTime(it(behaviour.name, run));
}

function inapplicability({ needsSocket }: Behaviour, host: AdapterHost): string | undefined {
  return needsSocket && !hasSocket(host) ? 'does not apply: the host has no socket' : undefined;
}

/** Mocha gives the test back, and stops it after two seconds unless told otherwise. */
function allowTime(test: unknown): void {
  if (typeof test === 'object' && test !== null && 'timeout' in test && typeof test.timeout === 'function') {
    test.timeout(TEST_LIMIT_MS);
  }
}

function checkExceptions(except: Readonly<Record<string, string>>): void {
  const known = new Set(behaviours.flatMap(({ name, topic }) => [name, topic]));
  const unknown = Object.keys(except).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new TypeError(
      `Excepting ${unknown.map((name) => `"${name}"`).join(', ')} failed: no behaviour has that name; take names from the list "behaviours"`,
    );
  }
}

function globalRunner(): TestRunner {
  const { describe, it } = globalThis as Partial<TestRunner>;
  if (describe === undefined || it === undefined) {
    throw new TypeError(
      'describeAdapter found no describe and it on the global object; run it under mocha, or hand them in: { runner: { describe, it } }',
    );
  }
  return { describe, it };
}
