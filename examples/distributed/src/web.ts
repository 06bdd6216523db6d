import 'reflect-metadata';
import { createSite, ownerSecretIn } from '@verbena/example-progress';
import { toKoa } from '@verbena/koa';
import { bullmq } from '@verbena/operations-bullmq';
import Koa from 'koa';
import { folder, graceMs, port, redis } from './settings.js';

// One of the processes that answer requests: it starts operations and watches them, and runs none.
const driver = bullmq({ connection: redis });
const site = createSite({ folder, driver, ownerSecret: await ownerSecretIn(folder), runs: false });
const koa = new Koa();
koa.use(async (ctx, next) => {
  ctx.set('Served-By', `web ${process.pid}`);
  await next();
});
koa.use(toKoa(site.app));
// A page that is closed while it watches is no error; without this Koa would write one to the console for each.
koa.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') console.error(error);
});
const server = koa.listen(port);
server.once('error', ({ message }) => {
  console.error(`Listening on port ${port} failed: ${message}; choose another one, for example PORT=3001`);
  process.exit(1);
});

// Ctrl+C reaches all processes of a terminal; when each stops is for the first of them to say.
process.on('SIGINT', () => {});
process.once('SIGTERM', () => void stop());

async function stop(): Promise<void> {
  server.close();
  await site.closeStreams();
  await site.app.close({ graceMs });
  server.closeAllConnections();
  await site.operations.close();
  process.disconnect();
}
