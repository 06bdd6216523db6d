import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The program the external process runs: it takes its time for each fact, as external processes do. */
const PROGRAM = `
const os = require('node:os');
const { setTimeout: rest } = require('node:timers/promises');
const gigabytes = (bytes) => (bytes / 2 ** 30).toFixed(1) + ' GB';
const facts = [
  () => 'Operating system: ' + os.type() + ' ' + os.release() + ', ' + os.arch(),
  () => 'Processors: ' + os.cpus().length,
  () => 'Memory: ' + gigabytes(os.freemem()) + ' free of ' + gigabytes(os.totalmem()),
  () => 'Running for: ' + Math.round(os.uptime() / 60) + ' minutes',
  () => 'Node.js: ' + process.version,
];
(async () => {
  for (const fact of facts) {
    await rest(250);
    console.log(fact());
  }
})();
`;

/** One run of the external process. */
export interface FactProcess extends AsyncIterable<string> {
  /** Its process id. */
  readonly pid: number | undefined;
}

/** Finds out about the machine by means of an external process. */
export class SystemFacts {
  /** What the process runs. */
  protected readonly program: string = PROGRAM;

  /**
   * Starts the process. Iterating gives each fact as soon as the process has printed it.
   *
   * @param signal kills the process; iterating then throws its reason
   * @throws Error, while iterating, when the process cannot be started or fails
   */
  collect(signal: AbortSignal): FactProcess {
    const child = spawn(process.execPath, ['-e', this.program], {
      signal,
      stdio: ['ignore', 'pipe', 'inherit'],
      // In a group of its own: Ctrl+C in the terminal is for the server, which lets answers under way come to their end.
      detached: true,
      windowsHide: true,
    });
    const ended = endOf(child);
    // A failure is told to whoever iterates, and nobody may be iterating yet.
    ended.catch(() => {});
    return { pid: child.pid, [Symbol.asyncIterator]: () => factsOf(child, ended) };
  }
}

async function* factsOf(child: ChildProcess, ended: Promise<void>): AsyncGenerator<string, void> {
  if (child.stdout !== null) yield* createInterface({ input: child.stdout });
  await ended;
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`The external process ended with ${signal ?? `exit code ${String(code)}`}`));
    });
  });
}
