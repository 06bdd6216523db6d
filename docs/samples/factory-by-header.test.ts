import { expect } from 'chai';
import { app } from './factory-by-header.js';

describe('samples/factory-by-header', () => {
  function pricesBy(headers: Record<string, string>): Promise<Response> {
    return app.fetch(new Request('http://localhost/prices', { headers }));
  }

  it('gives old clients text', async () => {
    const response = await pricesBy({ 'x-api-version': '1' });

    expect(await response.text()).to.equal('apple 30\npear 40\n');
    expect(response.headers.get('vary')).to.equal('X-Api-Version');
  });

  it('gives others JSON', async () => {
    expect(await (await pricesBy({})).json()).to.deep.equal({ apple: 30, pear: 40 });
  });

  it('refuses a version it does not have', async () => {
    expect((await pricesBy({ 'x-api-version': '3' })).status).to.equal(400);
  });
});
