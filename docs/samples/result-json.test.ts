import { expect } from 'chai';
import { app } from './result-json.js';

describe('samples/result-json', () => {
  it('sends JSON with status and headers', async () => {
    const response = await app.fetch(new Request('http://localhost/planets', { method: 'POST' }));

    expect(response.status).to.equal(201);
    expect(response.headers.get('location')).to.equal('/planets/venus');
    expect(response.headers.get('content-type')).to.equal('application/json');
    expect(await response.json()).to.deep.equal({ name: 'Venus', moons: [] });
  });
});
