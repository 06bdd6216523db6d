import { runAdapter } from '@verbena/adapter-tests';
import { exceptionsFor } from './exceptions.mjs';

/**
 * @import { AdapterHost, TestOutcome } from '@verbena/adapter-tests'
 * @typedef {{ host: string }} Beginning a host begins to show its behaviours
 * @typedef {Omit<TestOutcome, 'error'> & { error?: string }} Outcome what became of one of them
 */

/**
 * Has hosts show every behaviour, one host after another, with the exceptions of this runtime.
 *
 * @param {string} runtime its name
 * @param {readonly AdapterHost[]} hosts
 * @returns {AsyncGenerator<Beginning | Outcome, undefined>}
 * @throws {TypeError} when something is excepted that is no behaviour
 */
export async function* outcomesOf(runtime, hosts) {
  for (const host of hosts) {
    yield { host: host.name };
    const except = { ...host.except, ...exceptionsFor(runtime, host.name) };
    for await (const { error, ...outcome } of runAdapter({ ...host, except })) {
      yield error === undefined ? outcome : { ...outcome, error: textOf(error) };
    }
  }
}

/** The stack of an error tells where it was noticed, but not on every runtime what it says. */
function textOf(error) {
  if (!(error instanceof Error)) return String(error);
  const { message, stack = '' } = error;
  return stack.includes(message) ? stack : `${message}\n${stack}`;
}
