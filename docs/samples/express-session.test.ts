import { expect } from 'chai';
import Keyv from 'keyv';
import { app, createHost } from './express-session.js';
import { Client } from './testing/client.js';
import { serve } from './testing/local-server.js';

describe('samples/express-session', () => {
  it('keeps sessions in the store it was given, and signs their cookie', async () => {
    const kept = new Map<string, string>();
    const host = createHost(app, new Keyv(kept));
    const server = await serve({ callback: () => host });
    try {
      const client = new Client(server.url);
      await client.fetch('/name/Ann', { method: 'PUT' });

      expect([...client.cookies.keys()]).to.deep.equal(['shop.sid']);
      expect([...kept.values()].join()).to.include('Ann');
    } finally {
      await server.close();
    }
  });
});
