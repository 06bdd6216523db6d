import { expect } from 'chai';
import { container } from 'tsyringe';
import { app, Customers, operations, stop, waitFor } from './operations.js';

describe('samples/operations', () => {
  const { log } = console;

  beforeEach(() => {
    console.log = () => {};
  });

  afterEach(() => {
    console.log = log;
  });

  after(stop);

  it('starts by a request what goes on after it', async () => {
    const body = JSON.stringify({ names: ['Ann', 'Bob'] });
    const headers = { 'content-type': 'application/json' };
    const response = await app.fetch(new Request('http://localhost/imports', { method: 'POST', headers, body }));
    expect(response.status).to.equal(202);
    const { id } = (await response.json()) as { id: string };

    expect(await waitFor(operations, id)).to.deep.equal({ imported: 2 });
    expect([...container.resolve(Customers).names]).to.deep.equal(['Ann', 'Bob']);
  });

  it('refuses what the schema refuses', async () => {
    const refused = await operations
      .start('import-customers', { names: [''] }, { owner: 'Ann' })
      .catch((error: unknown) => error);
    expect(refused).to.have.nested.property('issues[0].path').that.deep.equals(['names', 0]);
  });
});
