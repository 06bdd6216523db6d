import FakeTimers from '@sinonjs/fake-timers';
import { createApp } from '@verbena/core';
import { expect } from 'chai';
import { container } from 'tsyringe';
import { app, PriceOf, Supplier } from './timeouts-and-cancelling.js';

describe('samples/timeouts-and-cancelling', () => {
  let clock: ReturnType<typeof FakeTimers.install>;
  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => clock.uninstall());

  it('answers 503 when the supplier is slow, and ends the call to it', async () => {
    const supplier = new SilentSupplier();
    const answer = supplier.app().fetch(new Request('http://localhost/prices/tea'));
    const signal = await supplier.asked;
    await clock.tickAsync(2000);

    expect((await answer).status).to.equal(503);
    expect(signal.reason).to.have.property('name', 'TimeoutError');
  });

  it('ends the call when the client leaves', async () => {
    const supplier = new SilentSupplier();
    const client = new AbortController();
    void supplier.app().fetch(new Request('http://localhost/prices/tea', { signal: client.signal }));
    const signal = await supplier.asked;
    client.abort();

    expect(signal.reason).to.have.property('name', 'AbortError');
  });

  it('is mapped', () => {
    expect(app.mappings.map(({ path }) => path)).to.deep.equal(['/prices/:item']);
  });
});

/** Never answers of itself. */
class SilentSupplier implements Supplier {
  #ask: (signal: AbortSignal) => void = () => {};
  readonly asked = new Promise<AbortSignal>((resolve) => (this.#ask = resolve));

  price(_item: string, signal: AbortSignal): Promise<number> {
    this.#ask(signal);
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  }

  app() {
    const services = container.createChildContainer();
    services.registerInstance<Supplier>(Supplier, this);
    return createApp({ handlers: [PriceOf], container: services });
  }
}
