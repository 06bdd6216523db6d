import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A host of this folder in a process of its own. */
export interface RunningHost {
  readonly url: string;
  stop(): Promise<void>;
}

/** How hosts say on which port they listen: `http://localhost:3000`, `port: 3000`, `"port":3000`. */
const PORT = /(?:http:\/\/\S*:|"?port"?: ?)(\d+)/;

/**
 * Starts a program from this folder and waits until it says where it listens.
 *
 * @throws Error with what the program said when it ends before
 */
export async function startHost(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningHost> {
  const child = spawn(program, args, {
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () =>
      reject(new Error(`${program} ${args.join(' ')} ended before it listened: ${said.join('\n')}`)),
    );
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        said.push(line);
        const [, found] = PORT.exec(line) ?? [];
        if (found !== undefined) resolve(found);
      });
    }
  });
  return { url: `http://localhost:${port}`, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}
