import type { DriverHost } from './host.js';
import { Stage } from './stage.js';

/** What behaviours are about. */
export type DriverTopic =
  | 'records'
  | 'fences'
  | 'cancelling'
  | 'lists'
  | 'keeping'
  | 'queue'
  | 'signal'
  | 'service'
  | 'faults';

/** One thing a driver must do. */
export interface DriverBehaviour {
  readonly topic: DriverTopic;
  /** What a user sees; unique. */
  readonly name: string;
  /** Whether it takes several processes that share what is kept. */
  readonly needsSharing: boolean;
  /** Tries it. Rejects when the driver does not show it. */
  run(host: DriverHost): Promise<void>;
}

/** Tries one behaviour on a stage. */
export type Scenario = (stage: Stage) => Promise<void>;

/** A scenario of several processes. */
export interface SharedScenario {
  readonly shared: Scenario;
}

/** Marks a scenario that takes several processes. */
export function amongProcesses(shared: Scenario): SharedScenario {
  return { shared };
}

/** Makes the behaviours of a topic of its scenarios, by name. */
export function behavioursOf(
  topic: DriverTopic,
  scenarios: Readonly<Record<string, Scenario | SharedScenario>>,
): readonly DriverBehaviour[] {
  return Object.entries(scenarios).map(([name, entry]) => {
    const needsSharing = typeof entry !== 'function';
    const scenario = typeof entry === 'function' ? entry : entry.shared;
    return { topic, name, needsSharing, run: (host) => tryOut(scenario, host) };
  });
}

async function tryOut(scenario: Scenario, host: DriverHost): Promise<void> {
  const stage = new Stage(await host.open(), host);
  try {
    await scenario(stage);
  } catch (error) {
    // What is left behind by a behaviour that failed tells nothing new.
    await stage.clear().catch(() => {});
    throw error;
  }
  await stage.clear();
}
