import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Koa from 'koa';
import { host } from './peer.js';

/** Has a server, or Koa's, listen on a free port, and gives the port. */
export async function listen(server: Pick<Server | Koa, 'listen'>): Promise<number> {
  const listening: Server = server.listen(0, host);
  await once(listening, 'listening');
  return portOf(listening);
}

/** The port that a listening server has. */
export function portOf(server: Pick<Server, 'address'>): number {
  return (server.address() as AddressInfo).port;
}
