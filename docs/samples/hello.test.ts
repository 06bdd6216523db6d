import type { AddressInfo } from 'node:net';
import { expect } from 'chai';

describe('samples/hello', () => {
  it('greets by name, on the port it is told', async () => {
    const port = process.env['PORT'];
    process.env['PORT'] = '0';
    const { server } = await import('./hello.js');
    try {
      const response = await fetch(`http://localhost:${(server.address() as AddressInfo).port}/hello/Ann`);

      expect(response.status).to.equal(200);
      expect(await response.text()).to.equal('Hello, Ann');
    } finally {
      if (port === undefined) delete process.env['PORT'];
      else process.env['PORT'] = port;
      server.close();
      server.closeAllConnections();
    }
  });
});
