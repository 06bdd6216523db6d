import { createOperations } from '@verbena/operations';
import { bullmq } from './driver.js';
import type { Role } from './processes.test-support.js';
import { runWorker } from './run-worker.js';
import { once, repeatable, secret, spin, stubborn, tell } from './work.test-support.js';

// The program of processes that tests start, kill and halt.
const { role, path, lockMs } = JSON.parse(process.env['VERBENA_ROLE']!) as Role;
const operations = [repeatable, once, spin, stubborn];
const onWarning = (text: string): void => tell({ event: 'warned', text });
const onError = (error: unknown): void => onWarning(String(error));
const connection = { path };

if (role === 'worker') {
  const worker = runWorker({ connection, lockMs, operations, ownerSecret: secret, onWarning, onError, graceMs: 2_000 });
  await worker.operations.ready();
  tell({ event: 'up' });
  // The channel to the test keeps no process alive.
  process.channel?.unref();
} else {
  const driver = bullmq({ connection, lockMs, onWarning });
  if (role === 'dying-starter') {
    // As if the power went off between the record and its job.
    driver.queue.enqueue = async () => {
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => {});
    };
  }
  const service = createOperations({ operations, driver, ownerSecret: secret, runs: false, onError });
  await service.ready();
  tell({ event: 'up' });
  process.on('message', (count: number) => {
    const start = () => service.start(once, { steps: 5, pauseMs: 20 }, { owner: 'ann', key: 'the same' });
    void Promise.all(Array.from({ length: count }, start)).then((started) => {
      for (const { id } of started) tell({ event: 'begun', text: 'started', id });
      process.disconnect();
      return service.close();
    });
  });
}
