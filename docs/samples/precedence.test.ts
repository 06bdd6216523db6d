import type { HandlerApp } from '@verbena/core';
import { expect } from 'chai';
import { listed, specific } from './precedence.js';

describe('samples/precedence', () => {
  async function ask(app: HandlerApp, path: string, method = 'GET'): Promise<string> {
    return (await app.fetch(new Request(`http://localhost${path}`, { method }))).text();
  }

  it('lets the closest win', async () => {
    expect(await ask(specific, '/docs/index.html')).to.equal('the front page');
    expect(await ask(specific, '/docs/index.html', 'POST')).to.equal('any other verb');
    expect(await ask(specific, '/docs/start.html')).to.equal('something below /docs');
    expect(await ask(specific, '/old/docs/start.html')).to.equal('a page of the docs');
    expect(await ask(specific, '/start.html')).to.equal('any page');
  });

  it('lets the first win where that is asked for', async () => {
    expect(await ask(listed, '/docs/index.html')).to.equal('any page');
    expect(await ask(listed, '/docs/index.html', 'POST')).to.equal('any other verb');
  });
});
