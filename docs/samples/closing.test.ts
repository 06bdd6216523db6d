import type { AddressInfo } from 'node:net';
import { expect } from 'chai';

describe('samples/closing', () => {
  it('answers until it is closed', async () => {
    const port = process.env['PORT'];
    process.env['PORT'] = '0';
    const { app, close, server } = await import('./closing.js');
    if (port === undefined) delete process.env['PORT'];
    else process.env['PORT'] = port;
    const url = `http://localhost:${(server.address() as AddressInfo).port}/`;

    expect(await (await fetch(url, { headers: { connection: 'close' } })).text()).to.equal('Welcome');
    await close();
    const refused = await fetch(url).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(TypeError);
    expect((await app.fetch(new Request('http://localhost/'))).status).to.equal(503);
  });
});
