import { expect } from 'chai';
import { koa } from './porting.js';
import { type LocalServer, serve } from './testing/local-server.js';

describe('samples/porting', () => {
  let server: LocalServer;
  before(async () => {
    server = await serve(koa);
  });
  after(() => server.close());

  it('answers as the original did', async () => {
    const whole = await fetch(`${server.url}/shop/Reports/may.txt`);
    const short = await fetch(`${server.url}/shop/reports/may.txt?short=1`);

    expect(await whole.text()).to.equal('Report for a guest\nEverything is in order');
    expect(whole.headers.get('cache-control')).to.equal('private');
    expect(await short.text()).to.equal('Report for a guest');
  });
});
