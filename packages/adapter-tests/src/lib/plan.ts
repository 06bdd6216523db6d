import { Aftermath, handlesUnknown } from './aftermath.js';
import { inapplicability, type Topic } from './behaviour.js';
import { behaviours } from './behaviours.js';
import { type AdapterHost, patienceOf } from './host.js';

/** Why something is not tried. */
export interface Omission {
  readonly outcome: 'excepted' | 'inapplicable';
  readonly reason: string;
}

/** One test of a host. */
export interface PlannedTest {
  readonly topic: Topic | 'afterwards';
  readonly name: string;
  /** Why it is left out; undefined when it is to be run. */
  readonly omission: Omission | undefined;
  /** Rejects when the host fails. */
  run(): Promise<void>;
}

/**
 * Everything a host has to show, in the order in which it is to be run, and at last what must not be left of it.
 *
 * @throws TypeError when the host excepts something that is no test
 */
export function planFor(host: AdapterHost): readonly PlannedTest[] {
  const aftermath = new Aftermath(patienceOf(host));
  const tests = [
    ...behaviours.map((behaviour) => ({
      topic: behaviour.topic,
      name: behaviour.name,
      unfit: inapplicability(behaviour, host),
      run: async (): Promise<void> => {
        await aftermath.begin();
        await behaviour.run(host);
      },
    })),
    {
      topic: 'afterwards' as const,
      name: 'no error went unhandled',
      unfit: undefined,
      run: (): Promise<void> => aftermath.expectNoUnhandledError(),
    },
    {
      topic: 'afterwards' as const,
      name: 'nothing is left open',
      unfit: handlesUnknown(),
      run: (): Promise<void> => aftermath.expectNoOpenHandle(),
    },
  ];
  const { except = {} } = host;
  checkExceptions(host.name, except, tests);
  return tests.map(({ topic, name, unfit, run }) => ({
    topic,
    name,
    omission: omissionOf(unfit, except[name] ?? except[topic]),
    run,
  }));
}

function omissionOf(unfit: string | undefined, excepted: string | undefined): Omission | undefined {
  if (unfit !== undefined) return { outcome: 'inapplicable', reason: unfit };
  return excepted === undefined ? undefined : { outcome: 'excepted', reason: excepted };
}

function checkExceptions(
  host: string,
  except: Readonly<Record<string, string>>,
  tests: readonly { readonly topic: string; readonly name: string }[],
): void {
  const known = new Set(tests.flatMap(({ name, topic }) => [name, topic]));
  const unknown = Object.keys(except).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new TypeError(
      `Excepting ${host} from ${unknown.map((name) => `"${name}"`).join(', ')} failed: no behaviour has that name; take names from the list "behaviours"`,
    );
  }
}
