import { expect } from 'chai';
import { app } from './resolving.js';

describe('samples/resolving', () => {
  it('takes a singleton from the container', async () => {
    const welcome = async (): Promise<string> => (await app.fetch(new Request('http://localhost/welcome'))).text();

    expect(await welcome()).to.equal('You are visitor 1');
    expect(await welcome()).to.equal('You are visitor 2');
  });
});
