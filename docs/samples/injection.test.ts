import { createApp } from '@verbena/core';
import { expect } from 'chai';
import { container } from 'tsyringe';
import { app, Clock, Greeting } from './injection.js';

describe('samples/injection', () => {
  it('builds the handler with everything below it', async () => {
    const response = await app.fetch(new Request('http://localhost/greetings/Ann'));

    expect(await response.text()).to.match(/^Good (morning|day), Ann$/);
  });

  it('takes what the container given to the app holds', async () => {
    const services = container.createChildContainer();
    services.registerInstance<Clock>(Clock, { hour: () => 8 });
    const early = createApp({ handlers: [Greeting], container: services });
    const response = await early.fetch(new Request('http://localhost/greetings/Ann'));

    expect(await response.text()).to.equal('Good morning, Ann');
  });
});
