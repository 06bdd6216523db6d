import { expect } from 'chai';
import { app } from './alternatives.js';

describe('samples/alternatives', () => {
  async function ask(path: string, method: string): Promise<string> {
    return (await app.fetch(new Request(`http://localhost${path}`, { method }))).text();
  }

  it('answers under every path of every declaration', async () => {
    expect(await ask('/soup', 'GET')).to.equal('Kitchen by GET');
    expect(await ask('/stew', 'GET')).to.equal('Kitchen by GET');
    expect(await ask('/orders/stew', 'POST')).to.equal('Order by POST');
    expect(await ask('/table/7.order', 'POST')).to.equal('Order by POST');
  });
});
