import { once } from 'node:events';
import { request as ask, type ServerResponse } from 'node:http';
import { expect } from 'chai';
import { createApp } from '../app.js';
import { Barrier } from '../barrier.test-support.js';
import { defineHandler } from '../decorators/define.js';
import { type NodeServer, startNode } from './node-server.test-support.js';

describe('NodeRequest', () => {
  let running: NodeServer;

  afterEach(() => running.close());

  it('says of a body that is asked for after the answer that this is too late', async () => {
    const told = new Barrier<unknown>();
    const app = createApp({
      handlers: [
        defineHandler('POST /', async ({ request, native }) => {
          const response = native as ServerResponse;
          response.end('sent');
          await once(response, 'close');
          await request.text().catch((error: unknown) => told.open(error));
        }),
      ],
      development: false,
      onError: () => {},
    });
    running = await startNode(app);
    const asked = ask(running.url, { method: 'POST', agent: false });
    asked.on('response', (message) => message.resume());
    asked.end('body');
    expect(String(await told.passed)).to.contain('Reading the request body came after its answer had been sent');
  });

  it('says of a body that earlier middleware has read who has read it', async () => {
    const told = new Barrier<unknown>();
    const app = createApp({
      handlers: [
        defineHandler('POST /', async ({ request }) => {
          await request.text().catch((error: unknown) => told.open(error));
        }),
      ],
      development: false,
      onError: () => {},
    });
    running = await startNode(app, (_response, message) => once(message.resume(), 'end'));
    await fetch(running.url, { method: 'POST', body: 'body' });
    expect(String(await told.passed)).to.contain('The request body was read by earlier middleware');
  });
});
