import type { AdapterHost } from './host.js';
import { planFor, type PlannedTest } from './plan.js';

/** What became of one test of a host. */
export interface TestOutcome {
  readonly topic: PlannedTest['topic'];
  readonly name: string;
  /** `excepted` when the host says that it cannot do this, `inapplicable` when it lacks what the test is about. */
  readonly outcome: 'passed' | 'failed' | 'excepted' | 'inapplicable';
  /** Why it was left out; undefined when it was run. */
  readonly reason?: string;
  /** What a failed test said. */
  readonly error?: unknown;
}

/**
 * Has a host show every behaviour, one after another, and tells what became of each as soon as it is known. For whoever
 * wants to do something else with it than register tests.
 *
 * @throws TypeError when the host excepts something that is no test
 */
export async function* runAdapter(host: AdapterHost): AsyncGenerator<TestOutcome, undefined> {
  for (const { topic, name, omission, run } of planFor(host)) {
    if (omission !== undefined) yield { topic, name, ...omission };
    else yield { topic, name, ...(await outcomeOf(run)) };
  }
}

async function outcomeOf(run: () => Promise<void>): Promise<Pick<TestOutcome, 'outcome' | 'error'>> {
  try {
    await run();
    return { outcome: 'passed' };
  } catch (error) {
    return { outcome: 'failed', error };
  }
}
