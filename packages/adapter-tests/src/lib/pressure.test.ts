import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { bytesUnderWay } from './pressure.js';

describe('bytesUnderWay', () => {
  it('is what one end has sent and the other has not taken', async function () {
    // Other systems do not tell.
    if (!existsSync('/proc/net/tcp')) this.skip();
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    try {
      await new Promise((resolve) => socket.write(Buffer.alloc(10_000), resolve));
      const ports = { client: socket.localPort ?? 0, host: socket.remotePort ?? 0 };
      expect(await bytesUnderWay(ports, 'host')).to.be.within(10_000, 20_000);
      expect(await bytesUnderWay(ports, 'client')).to.equal(0);
    } finally {
      socket.destroy();
      accepted.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('is the most that it may be where nobody knows the connection', async () => {
    expect(await bytesUnderWay({ client: 1, host: 1 }, 'host')).to.equal(10 * 1_048_576);
  });
});
