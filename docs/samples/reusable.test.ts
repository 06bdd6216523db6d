import { expect } from 'chai';
import { app } from './reusable.js';

describe('samples/reusable', () => {
  it('serves one request after another with the same instance, until it retires', async () => {
    const served: number[] = [];
    for (let request = 0; request < 102; request += 1) {
      const response = await app.fetch(new Request('http://localhost/price/1250'));
      expect(await response.text()).to.equal('€12.50');
      served.push(Number(response.headers.get('x-served')));
    }

    expect(served.slice(0, 3)).to.deep.equal([1, 2, 3]);
    expect(served.slice(-3)).to.deep.equal([100, 1, 2]);
  });
});
