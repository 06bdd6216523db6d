import { expect } from 'chai';
import { app } from './result-html.js';

describe('samples/result-html', () => {
  it('sends HTML', async () => {
    const response = await app.fetch(new Request('http://localhost/'));

    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(await response.text()).to.include('<h1>Welcome</h1>');
  });
});
