import { expect } from 'chai';
import { app } from './factory-by-verb.js';

describe('samples/factory-by-verb', () => {
  it('reads with GET and HEAD', async () => {
    const get = await app.fetch(new Request('http://localhost/notes'));
    const head = await app.fetch(new Request('http://localhost/notes', { method: 'HEAD' }));

    expect(await get.json()).to.deep.equal(['water the plants']);
    expect(head.status).to.equal(200);
    expect(head.headers.get('content-length')).to.equal(get.headers.get('content-length'));
    expect(await head.text()).to.equal('');
  });

  it('writes with POST', async () => {
    const response = await app.fetch(new Request('http://localhost/notes', { method: 'POST', body: 'buy tea' }));

    expect(response.status).to.equal(201);
    expect(await response.json()).to.deep.equal({ noted: 'buy tea' });
  });

  it('leaves PUT to 405', async () => {
    const response = await app.fetch(new Request('http://localhost/notes', { method: 'PUT' }));

    expect(response.status).to.equal(405);
  });
});
