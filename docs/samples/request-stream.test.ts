import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { app } from './request-stream.js';

describe('samples/request-stream', () => {
  it('reads a body beyond the usual limit, piece by piece', async () => {
    const body = new Uint8Array(3_000_000).fill(7);
    const response = await app.fetch(new Request('http://localhost/checksum', { method: 'PUT', body }));

    expect(await response.text()).to.equal(createHash('sha256').update(body).digest('hex'));
  });
});
