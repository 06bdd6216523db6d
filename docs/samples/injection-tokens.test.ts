import { createApp } from '@verbena/core';
import { expect } from 'chai';
import { container } from 'tsyringe';
import { app, MAIL, type Mail, RemindEveryone } from './injection-tokens.js';

describe('samples/injection-tokens', () => {
  it('finds what was registered under the token', async () => {
    const sent: string[] = [];
    const services = container.createChildContainer();
    services.registerInstance<Mail>(MAIL, { send: async (to) => void sent.push(to) });
    const quiet = createApp({ handlers: [RemindEveryone], container: services });
    const response = await quiet.fetch(new Request('http://localhost/reminders', { method: 'POST' }));

    expect(await response.json()).to.deep.equal({ reminded: 1 });
    expect(sent).to.deep.equal(['ann@example.org']);
  });

  it('starts with a container of its own', () => {
    expect(app.mappings).to.have.length(1);
  });
});
