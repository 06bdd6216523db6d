import { createServer } from 'node:http';
import { listen, type LocalServer } from '@verbena/test-hosts';
import type Koa from 'koa';

/** A Koa application that listens, with what it said on its `error` event. */
export interface KoaServer extends LocalServer {
  /** What reached Koa's `error` event, in order. */
  readonly errors: Error[];
}

/** Starts a Koa application on a free port of this machine. */
export async function startKoa(koa: Koa): Promise<KoaServer> {
  const errors: Error[] = [];
  koa.on('error', (error: Error) => errors.push(error));
  const callback = koa.callback();
  const server = createServer((message, response) => void callback(message, response));
  return { ...(await listen(server)), errors };
}
