import { expect } from 'chai';
import { app } from './operation-page.js';

describe('samples/operation-page', () => {
  it('shows the operation of its address', async () => {
    const page = await (await app.fetch(new Request('http://localhost/imports/op_7'))).text();

    expect(page).to.include('<operation-progress src="/operations/op_7"');
    expect(page).to.include('<a href="/operations/op_7">Status</a>');
  });

  it('lets no address break out of its attribute', async () => {
    const page = await (await app.fetch(new Request('http://localhost/imports/a%22%3E%3Cb'))).text();

    expect(page).to.include('src="/operations/a%22%3E%3Cb"');
  });
});
