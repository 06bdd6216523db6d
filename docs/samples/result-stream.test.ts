import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { app } from './result-stream.js';

describe('samples/result-stream', () => {
  it('sends a web stream', async () => {
    const response = await app.fetch(new Request('http://localhost/letter.gz'));

    expect(response.headers.get('content-type')).to.equal('application/gzip');
    expect(gunzipSync(await response.arrayBuffer()).toString()).to.equal('Dear reader, this was packed on its way.');
  });

  it('sends a Node stream', async () => {
    const response = await app.fetch(new Request('http://localhost/source'));

    expect(response.headers.get('content-type')).to.equal('text/plain; charset=utf-8');
    expect(await response.text()).to.include('createReadStream');
  });
});
