import { expect } from 'chai';
import { app } from './functions.js';

describe('samples/functions', () => {
  it('answers with what the function returns', async () => {
    const ping = await app.fetch(new Request('http://localhost/ping'));
    const square = await app.fetch(new Request('http://localhost/square/12'));

    expect(await ping.text()).to.equal('pong');
    expect(await square.json()).to.deep.equal({ number: 12, square: 144 });
  });

  it('is listed by name', () => {
    expect(app.mappings.map(({ name, verb, path }) => `${name}: ${verb} ${String(path)}`)).to.deep.equal([
      'ping: GET /ping',
      'Square: GET /square/:number',
    ]);
  });

  it('refuses what is no number', async () => {
    expect((await app.fetch(new Request('http://localhost/square/circle'))).status).to.equal(400);
  });
});
