import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Starts a worker in a process of its own, and waits until it works. */
export async function startWorker(path) {
  const worker = fork(join(import.meta.dirname, 'worker.mjs'), [path]);
  await once(worker, 'message');
  return worker;
}
