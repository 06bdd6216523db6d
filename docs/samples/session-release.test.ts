import { createApp } from '@verbena/core';
import { expect } from 'chai';
import Keyv from 'keyv';
import { container } from 'tsyringe';
import { app, Order, Printer } from './session-release.js';
import { Client } from './testing/client.js';

describe('samples/session-release', () => {
  it('answers with what was printed', async () => {
    const response = await new Client('http://localhost', app.fetch).fetch('/orders/tea', { method: 'POST' });

    expect(await response.text()).to.equal('Printed tea');
  });

  it('lets the next request of the session begin while it prints', async () => {
    const printing: string[] = [];
    let finish = (_: string): void => {};
    const finished = new Promise<string>((resolve) => (finish = resolve));
    const services = container.createChildContainer();
    services.registerInstance<Printer>(Printer, {
      print: (order) => {
        printing.push(order);
        return order === 'cake' ? finished : Promise.resolve(order);
      },
    });
    const slow = createApp({ handlers: [Order], container: services, session: { store: new Keyv() } });
    const client = new Client('http://localhost', slow.fetch);
    await client.fetch('/orders/tea', { method: 'POST' });

    const first = client.fetch('/orders/cake', { method: 'POST' });
    const second = await client.fetch('/orders/bread', { method: 'POST' });
    expect(await second.text()).to.equal('bread');
    expect(printing).to.deep.equal(['tea', 'cake', 'bread']);
    finish('cake');
    expect(await (await first).text()).to.equal('cake');
  });
});
