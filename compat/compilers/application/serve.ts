import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type AppOptions, createApp } from '@verbena/core';
import { toKoa } from '@verbena/koa';
import Koa from 'koa';
import { container } from 'tsyringe';
import { Catalogue } from './catalogue.ts';

/** Token of the library's name, which is a text and so has no class to ask for. */
export const LIBRARY_NAME = 'library.name';

/** Serves the handlers on a free port, which it writes to the output, until the input ends. */
export async function serve(handlers: AppOptions['handlers']): Promise<void> {
  container.registerSingleton(Catalogue);
  container.registerInstance(LIBRARY_NAME, 'Town Library');
  const app = createApp({ handlers });
  const server = new Koa().use(toKoa(app)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  console.log(`listening on ${port}`);
  process.stdin.resume();
  await once(process.stdin, 'end');
  server.close();
  server.closeAllConnections();
  await app.close();
}
