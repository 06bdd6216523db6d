import { expect } from 'chai';
import { app, operations } from './operation-owners.js';

describe('samples/operation-owners', () => {
  after(() => operations.close());

  const ask = (verb: string, path: string, user?: string) =>
    app.fetch(
      new Request(`http://host${path}`, { method: verb, headers: user === undefined ? {} : { 'x-user': user } }),
    );

  it('shows an operation to its owner and to the administrator, and to nobody else', async () => {
    const started = await ask('POST', '/counts', 'ann');
    const self = started.headers.get('location') ?? '';
    const statuses = await Promise.all(
      ['ann', 'admin', 'ben', undefined].map(async (user) => (await ask('GET', self, user)).status),
    );
    expect(statuses).to.deep.equal([200, 200, 404, 404]);
    expect((await ask('POST', `${self}/cancel`, 'admin')).status).to.equal(403);
    expect((await ask('POST', '/counts')).status).to.equal(403);
  });
});
