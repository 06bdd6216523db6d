import { expect } from 'chai';
import { app } from './result-response.js';

describe('samples/result-response', () => {
  it('sends the Response as it stands', async () => {
    const response = await app.fetch(new Request('http://localhost/teapot'));

    expect(response.status).to.equal(418);
    expect(response.headers.get('cache-control')).to.equal('no-store');
    expect(await response.json()).to.deep.equal({ brew: 'tea' });
  });
});
