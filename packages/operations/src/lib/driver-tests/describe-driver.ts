import { driverBehaviours } from './behaviours.js';
import type { DriverBehaviour } from './behaviour.js';
import type { DriverHost } from './host.js';

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
 * Registers every behaviour as a test of a driver. Those that do not apply to it, and those it is excepted from, are shown as
 * skipped, with the reason.
 *
 * @throws TypeError when the host excepts something that is no behaviour, or when there is no test runner
 */
export function describeDriver(host: DriverHost, { runner = globalRunner() }: DescribeOptions = {}): void {
  checkExceptions(host);
  runner.describe(host.name, () => {
    for (const topic of new Set(driverBehaviours.map((behaviour) => behaviour.topic))) {
      runner.describe(topic, () => {
        for (const behaviour of driverBehaviours) if (behaviour.topic === topic) register(behaviour, host, runner.it);
      });
    }
  });
}

function register(behaviour: DriverBehaviour, host: DriverHost, it: RegisterTest): void {
  const omission = omissionOf(behaviour, host);
  const run = (): Promise<void> => behaviour.run(host);
  if (omission === undefined) allowTime(it(behaviour.name, run));
  else it.skip(`${behaviour.name} (${omission})`, run);
}

function omissionOf(
  { name, needsSharing }: DriverBehaviour,
  { isShared = false, except = {} }: DriverHost,
): string | undefined {
  return needsSharing && !isShared ? 'does not apply: processes share nothing' : except[name];
}

function checkExceptions({ name, except = {} }: DriverHost): void {
  const known = new Set(driverBehaviours.map((behaviour) => behaviour.name));
  const unknown = Object.keys(except).filter((one) => !known.has(one));
  if (unknown.length > 0)
    throw new TypeError(
      `Excepting ${name} from ${unknown.map((one) => `"${one}"`).join(', ')} failed: no behaviour has that name; take names from the list "driverBehaviours"`,
    );
}

/** Mocha gives the test back, and stops it after two seconds unless told otherwise. */
function allowTime(test: unknown): void {
  if (typeof test === 'object' && test !== null && 'timeout' in test && typeof test.timeout === 'function')
    test.timeout(TEST_LIMIT_MS);
}

function globalRunner(): TestRunner {
  const { describe, it } = globalThis as Partial<TestRunner>;
  if (describe === undefined || it === undefined)
    throw new TypeError(
      'describeDriver found no describe and it on the global object; run it under mocha, or hand them in: { runner: { describe, it } }',
    );
  return { describe, it };
}
