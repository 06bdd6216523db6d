import { expect } from 'chai';
import { app } from './result-nothing.js';

describe('samples/result-nothing', () => {
  it('answers 204', async () => {
    const response = await app.fetch(new Request('http://localhost/basket/pear', { method: 'DELETE' }));

    expect(response.status).to.equal(204);
    expect(await response.text()).to.equal('');
  });
});
