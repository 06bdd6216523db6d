import type { AdapterHost } from './host.js';
import { planFor, type PlannedTest } from './plan.js';

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
  /** Where tests are registered. Default: `describe` and `it` of the global object, as mocha has them. */
  readonly runner?: TestRunner;
}

/** Above what a behaviour itself may take, so that its own message is the one that is seen. */
const TEST_LIMIT_MS = 60_000;

/**
 * Registers every behaviour as a test of a host, and at last that nothing is left of it. Those that do not apply to it,
 * and those it is excepted from, are shown as skipped, with the reason.
 *
 * @throws TypeError when the host excepts something that is no test, or when there is no test runner
 */
export function describeAdapter(host: AdapterHost, { runner = globalRunner() }: DescribeOptions = {}): void {
  const plan = planFor(host);
  runner.describe(host.name, () => {
    for (const topic of new Set(plan.map((test) => test.topic))) {
      runner.describe(topic, () => {
        for (const test of plan) if (test.topic === topic) register(test, runner.it);
      });
    }
  });
}

function register({ name, omission, run }: PlannedTest, it: RegisterTest): void {
  if (omission === undefined) allowTime(it(name, run));
  else it.skip(`${name} (${omission.outcome === 'inapplicable' ? 'does not apply: ' : ''}${omission.reason})`, run);
}

/** Mocha gives the test back, and stops it after two seconds unless told otherwise. */
function allowTime(test: unknown): void {
  if (typeof test === 'object' && test !== null && 'timeout' in test && typeof test.timeout === 'function') {
    test.timeout(TEST_LIMIT_MS);
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
