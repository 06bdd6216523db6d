import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** For tests: a port that is free now, for programs that take none of their own choice, or are to come back on the same one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
