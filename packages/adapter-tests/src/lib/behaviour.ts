import type { AdapterHost } from './host.js';
import { Stage } from './stage.js';

/** What behaviours are about. */
export type Topic =
  | 'matching'
  | 'requests'
  | 'bodies'
  | 'results'
  | 'responses'
  | 'streaming'
  | 'errors'
  | 'lifetimes'
  | 'cancellation'
  | 'sessions'
  | 'files';

/** One thing an adapter must do. */
export interface Behaviour {
  readonly topic: Topic;
  /** What a user sees; unique, also among other topics. */
  readonly name: string;
  /** Whether it is about a connection, so that it does not apply to a host without a socket. */
  readonly needsSocket: boolean;
  /** Tries it. Rejects when the host does not show it, or leaves something behind. */
  run(host: AdapterHost): Promise<void>;
}

/** Tries one behaviour on a stage. */
export type Scenario = (stage: Stage) => Promise<void>;

/** A scenario that needs connections of its own. */
export interface SocketScenario {
  readonly overSocket: Scenario;
}

/** Marks a scenario that needs connections of its own. */
export function overSocket(scenario: Scenario): SocketScenario {
  return { overSocket: scenario };
}

/** How much longer than a single event a whole behaviour may take. */
const WHOLE_RUN = 3;

/** Makes the behaviours of a topic of its scenarios, by name. */
export function behavioursOf(
  topic: Topic,
  scenarios: Readonly<Record<string, Scenario | SocketScenario>>,
): readonly Behaviour[] {
  return Object.entries(scenarios).map(([name, entry]) => {
    const needsSocket = typeof entry !== 'function';
    const scenario = needsSocket ? entry.overSocket : entry;
    return { topic, name, needsSocket, run: (host) => tryOut(scenario, host) };
  });
}

async function tryOut(scenario: Scenario, host: AdapterHost): Promise<void> {
  const stage = new Stage(host);
  try {
    await stage.within(scenario(stage), 'the behaviour to come to its end', WHOLE_RUN);
  } catch (error) {
    // What is left behind by a behaviour that failed tells nothing new.
    await stage.clear().catch(() => {});
    throw error;
  }
  await stage.clear();
}
