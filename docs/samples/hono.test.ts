import { expect } from 'chai';
import { hono } from './hono.js';

describe('samples/hono', () => {
  const text = async (path: string): Promise<string> => (await hono.request(path)).text();

  it('answers below the path it is mounted at', async () => {
    expect(await text('/greetings/hello/Ann')).to.equal('Hello, Ann');
    expect((await hono.request('/greetings/nowhere')).status).to.equal(404);
  });

  it("leaves Hono's own pages alone", async () => {
    expect(await text('/about')).to.equal("Hono's own page");
  });
});
