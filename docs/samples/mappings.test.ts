import { expect } from 'chai';
import { app, table } from './mappings.js';

describe('samples/mappings', () => {
  it('lists what the application answers, as declared', async () => {
    const response = await app.fetch(new Request('http://localhost/find?q=tea'));

    expect(await response.text()).to.equal('Nothing found for tea');
    expect(table).to.deep.equal(['Home: GET /', 'Search: * /search,/find']);
  });
});
