import { createApp, defineHandler } from '@verbena/core';
import { serve } from '@verbena/node';
import { createOperations } from '@verbena/operations';
import { operationHandlers, startOperation } from '@verbena/operations/http';
import { bullmq } from './driver.js';
import type { Role } from './processes.test-support.js';
import { once, repeatable, secret, type Steps, tell } from './work.test-support.js';

// The program of a process that answers requests and runs nothing.
const { path, lockMs } = JSON.parse(process.env['VERBENA_ROLE']!) as Role;
const onWarning = (text: string): void => tell({ event: 'warned', text });
const onError = (error: unknown): void => onWarning(String(error));
const driver = bullmq({ connection: { path }, lockMs, onWarning });
const operations = createOperations({
  operations: [repeatable, once],
  driver,
  ownerSecret: secret,
  runs: false,
  onError,
});
const start = defineHandler('POST /start/:kind', async (context) => {
  const input = (await context.request.json()) as Steps;
  return startOperation(context, context.request.params['kind']!, input, { operations });
});
const shown = operationHandlers(operations, { ownerOf: () => 'ann', maxStreamsPerOwner: 1_000 });
const app = createApp({ handlers: [...shown, start], onError });
const { url } = await serve(app, { port: 0, host: '127.0.0.1' });
tell({ event: 'up', text: url });
