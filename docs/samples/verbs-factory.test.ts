import { expect } from 'chai';
import { app } from './verbs-factory.js';

describe('samples/verbs-factory', () => {
  const report = 'http://localhost/reports/7';

  it('has a handler for each verb', async () => {
    expect(await (await app.fetch(new Request(report))).text()).to.equal('All is well');
    expect((await app.fetch(new Request(report, { method: 'DELETE' }))).status).to.equal(204);
    expect((await app.fetch(new Request(report))).status).to.equal(404);
  });

  it('knows its verbs', async () => {
    const refused = await app.fetch(new Request(report, { method: 'PUT' }));
    const asked = await app.fetch(new Request(report, { method: 'OPTIONS' }));

    expect(refused.status).to.equal(405);
    expect(refused.headers.get('allow')).to.equal('GET, HEAD, DELETE');
    expect(asked.status).to.equal(204);
    expect(asked.headers.get('allow')).to.equal('GET, HEAD, DELETE');
  });
});
