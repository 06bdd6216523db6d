import { expect } from 'chai';
import { app } from './result-bytes.js';

describe('samples/result-bytes', () => {
  it('sends a picture', async () => {
    const response = await app.fetch(new Request('http://localhost/any/where/dot.png'));
    const bytes = Buffer.from(await response.arrayBuffer());

    expect(response.headers.get('content-type')).to.equal('image/png');
    expect(response.headers.get('content-length')).to.equal(String(bytes.length));
    expect(bytes.subarray(1, 4).toString()).to.equal('PNG');
  });
});
