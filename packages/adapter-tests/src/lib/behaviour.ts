import { type AdapterHost, hasMiddleware, hasSocket, speaksHttp2 } from './host.js';
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
  | 'files'
  | 'middleware'
  | 'malformed';

/** What not every host has. */
export type Need = 'socket' | 'middleware';

/** One thing an adapter must do. */
export interface Behaviour {
  readonly topic: Topic;
  /** What a user sees; unique, also among other topics. */
  readonly name: string;
  /** What a host must have for it to apply; undefined when it applies to every host. */
  readonly needs: Need | undefined;
  /** Tries it. Rejects when the host does not show it, or leaves something behind. */
  run(host: AdapterHost): Promise<void>;
}

/** Tries one behaviour on a stage. */
export type Scenario = (stage: Stage) => Promise<void>;

/** A scenario for hosts that have what it needs. */
export interface DemandingScenario {
  readonly needs: Need;
  readonly scenario: Scenario;
}

/** Marks a scenario that needs connections of its own. */
export function overSocket(scenario: Scenario): DemandingScenario {
  return { needs: 'socket', scenario };
}

/** Marks a scenario about the middleware of a host. */
export function amongMiddleware(scenario: Scenario): DemandingScenario {
  return { needs: 'middleware', scenario };
}

/** How much longer than a single event a whole behaviour may take. */
const WHOLE_RUN = 3;

/** Makes the behaviours of a topic of its scenarios, by name. */
export function behavioursOf(
  topic: Topic,
  scenarios: Readonly<Record<string, Scenario | DemandingScenario>>,
): readonly Behaviour[] {
  return Object.entries(scenarios).map(([name, entry]) => {
    const { needs, scenario } = typeof entry === 'function' ? { needs: undefined, scenario: entry } : entry;
    return { topic, name, needs, run: (host) => tryOut(scenario, host) };
  });
}

/** Why a behaviour does not apply to a host; undefined when it does. */
export function inapplicability({ needs }: Behaviour, host: AdapterHost): string | undefined {
  if (needs === 'socket' && !hasSocket(host)) return 'the host has no socket';
  if (needs === 'socket' && speaksHttp2(host)) return 'it is about the bytes of HTTP/1.1';
  if (needs === 'middleware' && !hasMiddleware(host)) return 'the host has no middleware';
  return undefined;
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
