import { expect } from 'chai';
import { app } from './synchronous.js';

describe('samples/synchronous', () => {
  it('answers GET and POST on any path that ends in training/*.sync', async () => {
    for (const method of ['GET', 'POST']) {
      const response = await app.fetch(new Request('http://localhost/a/b/training/first.sync', { method }));

      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
      expect(await response.text()).to.equal(
        `<h1>Hello from a synchronous handler</h1><p>It was asked with ${method}.</p>`,
      );
    }
  });

  it('answers other verbs with 405 and the verbs that work', async () => {
    const response = await app.fetch(new Request('http://localhost/training/first.sync', { method: 'PUT' }));

    expect(response.status).to.equal(405);
    expect(response.headers.get('allow')).to.equal('GET, HEAD, POST');
  });
});
