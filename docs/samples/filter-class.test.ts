import { expect } from 'chai';
import { app } from './filter-class.js';

describe('samples/filter-class', () => {
  it('lets guests in by their key', async () => {
    const response = await app.fetch(new Request('http://localhost/party', { headers: { 'x-key': 'k1' } }));

    expect(await response.text()).to.equal('Welcome, Ann');
  });

  it('lets nobody else in', async () => {
    expect((await app.fetch(new Request('http://localhost/party'))).status).to.equal(401);
  });
});
