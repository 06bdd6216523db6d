import 'reflect-metadata';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '@verbena/node';
import { inProcess } from '@verbena/operations';
import { ownerSecretIn } from './owner-secret.js';
import { createSite } from './site.js';

const folder = process.env['DATA'] ?? fileURLToPath(new URL('../data', import.meta.url));
const ownerSecret = await ownerSecretIn(folder);
const driver = inProcess({ journal: join(folder, 'operations.jsonl') });
const { app, operations, closeStreams } = createSite({ folder, driver, ownerSecret });
try {
  await operations.ready();
  const server = await serve(app, { signals: [] });
  console.log(`Verbena, the progress example: ${server.url}`);
  console.log(`Files, customers and reports lie in ${folder}`);

  const stop = async (): Promise<void> => {
    await closeStreams();
    await server.close();
    await operations.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
  await operations.close();
}
