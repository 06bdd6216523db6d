import { expect } from 'chai';
import { app, closeKitchen, openKitchen } from './replacing-handlers.js';

describe('samples/replacing-handlers', () => {
  async function menuStatus(): Promise<number> {
    return (await app.fetch(new Request('http://localhost/menu'))).status;
  }

  it('swaps all handlers at once', async () => {
    expect(await menuStatus()).to.equal(200);
    closeKitchen();
    expect(await menuStatus()).to.equal(503);
    openKitchen();
    expect(await menuStatus()).to.equal(200);
  });
});
