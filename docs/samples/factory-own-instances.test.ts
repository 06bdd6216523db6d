import { expect } from 'chai';
import { app } from './factory-own-instances.js';

describe('samples/factory-own-instances', () => {
  it('never gives one counter to two requests, and takes it back', async () => {
    const first = openLetter();
    const second = openLetter();

    const refused = await app.fetch(new Request('http://localhost/letters', { method: 'POST', body: 'Dear' }));
    expect(refused.status).to.equal(503);
    expect(refused.headers.get('retry-after')).to.equal('5');

    first.close();
    expect(await (await first.response).text()).to.equal('Counter 1 took your letter of 0 characters');
    const third = await app.fetch(new Request('http://localhost/letters', { method: 'POST', body: 'Dear' }));
    expect(await third.text()).to.equal('Counter 1 took your letter of 4 characters');

    second.close();
    expect(await (await second.response).text()).to.equal('Counter 2 took your letter of 0 characters');
  });

  /** Sends a letter that does not end before it is closed. */
  function openLetter(): { response: Promise<Response>; close(): void } {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const init = { method: 'POST', body: readable, duplex: 'half' as const };
    return {
      response: app.fetch(new Request('http://localhost/letters', init)),
      close: () => void writable.close(),
    };
  }
});
