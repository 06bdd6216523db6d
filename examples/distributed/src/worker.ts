import 'reflect-metadata';
import { createWork, ownerSecretIn } from '@verbena/example-progress';
import { runWorker } from '@verbena/operations-bullmq';
import { folder, graceMs, redis } from './settings.js';

// One of the processes that do the work, and answer no requests.
runWorker({
  ...createWork(folder),
  connection: redis,
  ownerSecret: await ownerSecretIn(folder),
  graceMs,
  signals: ['SIGTERM'],
});

// Ctrl+C reaches all processes of a terminal; when each stops is for the first of them to say.
process.on('SIGINT', () => {});
