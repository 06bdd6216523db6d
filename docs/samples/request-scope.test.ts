import { expect } from 'chai';
import { app, journal } from './request-scope.js';

describe('samples/request-scope', () => {
  it('shares one Audit within a request, and disposes it afterwards', async () => {
    await Promise.all(
      ['emma', 'ulysses'].map((book) => app.fetch(new Request(`http://localhost/loans/${book}`, { method: 'POST' }))),
    );
    await app.close();

    expect(journal).to.deep.equal(['POST: took emma, lent it', 'POST: took ulysses, lent it']);
  });
});
