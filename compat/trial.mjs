import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { behaviours } from '@verbena/adapter-tests';

/**
 * @import { Runtime } from './runtimes/runtime.mjs'
 * @import { Beginning, Outcome } from './outcomes.mjs'
 * @typedef {{ runtime: Runtime, host: string, outcomes: Outcome[] }} Trial what a host did on a runtime
 */

const DEFAULT_LIMIT_MS = 120_000;

/** How many characters are shown of what a program said before it ended too early. */
const LAST_WORDS = 2_000;

/**
 * Tries the hosts of one module on one runtime. Where the program hangs or ends too early, the behaviour whose turn it was
 * has failed.
 *
 * @param {Runtime} runtime
 * @param {string} module
 * @param {{ limitMs?: number }} [options] `limitMs`: how long all of it may take, in milliseconds. Default 120,000
 * @returns {Promise<Trial[]>} one for each host
 * @throws {Error} when the program ended before a host began
 */
export async function tryModule(runtime, module, { limitMs = DEFAULT_LIMIT_MS } = {}) {
  const [program, ...args] = runtime.command(module);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const closed = once(child, 'close');
  // With all that it has started.
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, limitMs);
  const stray = new Tail();
  child.stderr.setEncoding('utf8').on('data', (text) => stray.add(text));

  /** @type {Trial[]} */
  const trials = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const told = parse(line);
    if (told === undefined) stray.add(`${line}\n`);
    else if ('host' in told) trials.push({ runtime, host: told.host, outcomes: [] });
    else trials.at(-1)?.outcomes.push(told);
  }
  const [code, signal] = await closed;
  clearTimeout(timer);
  if (code === 0 && trials.length > 0) return trials;

  const end = signal === 'SIGKILL' ? `was stopped after ${limitMs} ms` : `ended with ${signal ?? `code ${code}`}`;
  const error = `${program} ${end}; its last words:\n${stray.text}`;
  const last = trials.at(-1);
  if (last === undefined) throw new Error(`Trying ${module} on ${runtime.name} failed: ${error}`);
  const { topic, name } = behaviours[last.outcomes.length] ?? { topic: 'afterwards', name: 'the program ends' };
  last.outcomes.push({ topic, name, outcome: 'failed', error });
  return trials;
}

/** The end of a text of any length. */
class Tail {
  text = '';

  /** @param {string} more */
  add(more) {
    this.text = (this.text + more).slice(-LAST_WORDS);
  }
}

/**
 * What a line says; undefined when it is not one of ours, because runtimes and frameworks print as well.
 *
 * @param {string} line
 * @returns {Beginning | Outcome | undefined}
 */
function parse(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
