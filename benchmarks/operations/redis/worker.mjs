/** A worker in a process of its own, started by `workers.mjs`. */
import 'reflect-metadata';
import { runWorker } from '@verbena/operations-bullmq';
import { settings } from './work.mjs';

const worker = runWorker({ ...settings, connection: process.argv[2] });
await worker.operations.ready();
process.send({ isUp: true });
