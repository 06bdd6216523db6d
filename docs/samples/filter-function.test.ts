import { expect } from 'chai';
import { app } from './filter-function.js';

describe('samples/filter-function', () => {
  it('changes what a handler returned', async () => {
    const response = await app.fetch(new Request('http://example.org/families'));

    expect(await response.json()).to.deep.equal({ data: ['Miller', 'Smith'] });
    expect(response.headers.get('server-timing')).to.match(/^handler;dur=\d/);
  });

  it('answers in place of the handler', async () => {
    const near = await app.fetch(new Request('http://localhost/keys'));
    const far = await app.fetch(new Request('http://example.org/keys'));

    expect(await near.text()).to.equal('Under the flower pot');
    expect(await far.text()).to.equal('This is for the house only');
    expect(far.headers.has('server-timing')).to.be.true;
  });
});
