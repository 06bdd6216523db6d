import { once } from 'node:events';
import { connect } from 'node:http2';
import { certificate } from '@verbena/test-hosts';
import { expect } from 'chai';
import { serveSecurely } from './node-http2.js';

describe('samples/node-http2', () => {
  it('answers over HTTP/2, and over HTTPS', async () => {
    const { key, cert } = certificate;
    const server = await serveSecurely(key, cert, 0);
    const session = connect(server.url, { ca: cert });
    const stream = session.request({ ':path': '/' });
    let text = '';
    stream.on('data', (chunk) => (text += String(chunk)));
    await once(stream, 'close');
    session.close();

    expect(text).to.equal('Welcome');
    expect(session.alpnProtocol).to.equal('h2');
    await server.close();
  });
});
