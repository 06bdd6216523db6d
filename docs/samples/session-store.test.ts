import { expect } from 'chai';
import Keyv from 'keyv';
import { app, createKoa } from './session-store.js';
import { Client } from './testing/client.js';
import { serve } from './testing/local-server.js';

describe('samples/session-store', () => {
  it('keeps sessions in the store it was given', async () => {
    const kept = new Map<string, string>();
    const server = await serve(createKoa(app, new Keyv(kept)));
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
