import { createShop, Stock } from './testing-without-a-socket.js';
import { expect } from 'chai';
import { container } from 'tsyringe';

// #region test
describe('shop', () => {
  function shopWith(count: number) {
    const services = container.createChildContainer();
    services.registerInstance<Stock>(Stock, { count: async () => count });
    return createShop(services);
  }

  it('tells how many are left', async () => {
    const response = await shopWith(3).fetch(new Request('http://shop.test/stock/tea'));

    expect(response.status).to.equal(200);
    expect(await response.json()).to.deep.equal({ count: 3 });
  });

  it('is sold out', async () => {
    const response = await shopWith(0).fetch(new Request('http://shop.test/stock/tea'));

    expect(response.status).to.equal(404);
    expect(response.headers.get('content-type')).to.equal('application/problem+json');
    expect(await response.json()).to.include({ title: 'Not Found', detail: 'Sold out' });
  });
});
// #endregion test
