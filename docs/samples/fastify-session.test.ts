import { expect } from 'chai';
import Keyv from 'keyv';
import { app, createHost } from './fastify-session.js';

describe('samples/fastify-session', () => {
  it('keeps sessions in the store it was given, and signs their cookie', async () => {
    const kept = new Map<string, string>();
    const host = await createHost(app, new Keyv(kept));
    try {
      const { cookies } = await host.inject({ method: 'PUT', url: '/name/Ann' });
      const [id] = [...kept.keys()].map((key) => key.replace(/^keyv:/, ''));

      expect(cookies.map(({ name }) => name)).to.deep.equal(['shop.sid']);
      expect(cookies[0]?.value).to.match(new RegExp(`^${id}\\..`));
      expect([...kept.values()].join()).to.include('Ann');
    } finally {
      await host.close();
    }
  });
});
