import type { Server } from 'node:net';

/** `serve` could not listen. The error of the operating system is its `cause`. */
export class ListenError extends Error {
  override readonly name: string = 'ListenError';
  /** As the operating system calls it: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, … */
  readonly code: string;

  constructor(
    cause: NodeJS.ErrnoException,
    readonly port: number,
    readonly host: string | undefined,
  ) {
    const place = host === undefined ? `port ${port}` : `port ${port} of ${host}`;
    super(`Listening on ${place} failed: ${remedyFor(cause)}`, { cause });
    this.code = cause.code ?? 'UNKNOWN';
  }
}

/**
 * Has a server listen; resolves when it does.
 *
 * @throws ListenError when it cannot
 * @throws RangeError when the port is none
 */
export function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new ListenError(error, port, host));
    server.once('error', fail);
    server.listen(host === undefined ? { port } : { port, host }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function remedyFor({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program listens there already; end it, or choose another port, 0 for any that is free';
    case 'EACCES':
      return 'this user may not; choose a port from 1024 on';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'this machine has no such address; leave host out to listen on all it has';
    default:
      return message;
  }
}
