import { expect } from 'chai';
import { app } from './reading-requests.js';

describe('samples/reading-requests', () => {
  it('shows what the request holds', async () => {
    const response = await app.fetch(
      new Request('https://example.org/cities/K%C3%B6ln/dom/tower?page=2&tag=a&tag=b', {
        headers: { cookie: 'theme=dark', 'accept-language': 'de' },
      }),
    );

    expect(await response.json()).to.deep.equal({
      city: 'Köln',
      place: 'dom/tower',
      page: 2,
      tags: ['a', 'b'],
      language: 'de',
      theme: 'dark',
      host: 'example.org',
      secure: true,
    });
  });
});
