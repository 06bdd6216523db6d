import * as FakeTimers from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { Barrier } from './barrier.test-support.js';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { recordingApp, type RecordingApp } from './recording-app.test-support.js';
import type { SessionOptions, SessionStore } from './store-session.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Remembers each call with its arguments. */
class RecordingStore implements SessionStore {
  readonly values = new Map<string, unknown>();
  readonly calls: unknown[][] = [];

  /** @param absent what it gives for a key it does not hold */
  constructor(private readonly absent?: unknown) {}

  async get(key: string): Promise<unknown> {
    this.calls.push(['get', key]);
    return this.values.has(key) ? this.values.get(key) : this.absent;
  }

  async set(key: string, value: Record<string, unknown>, ttlMs: number): Promise<void> {
    this.calls.push(['set', key, value, ttlMs]);
    this.values.set(key, value);
  }

  async delete(key: string): Promise<void> {
    this.calls.push(['delete', key]);
    this.values.delete(key);
  }
}

function storing(options: Partial<SessionOptions> = {}): RecordingApp & { store: RecordingStore } {
  const store = new RecordingStore();
  const app = recordingApp(
    [
      defineHandler({ path: '/set', session: 'required' }, ({ session }: HttpContext) => session.set('v', 1)),
      defineHandler({ path: '/show', session: 'readonly' }, ({ session }: HttpContext) => ({
        id: session.id,
        isNew: session.isNew,
        keys: session.keys(),
      })),
    ],
    { session: { store, ...options } },
  );
  return { ...app, store };
}

function withCookie(value: string): RequestInit {
  return { headers: { cookie: `verbena.sid=${value}` } };
}

async function cookieOf(response: Response): Promise<string> {
  return response.headers.getSetCookie().join('\n');
}

describe('the session cookie of app.fetch', () => {
  it('lasts 20 minutes, and scripts and other sites do not see it (H11)', async () => {
    const { get, store } = storing();
    const line = await cookieOf(await get('/set'));
    expect(line).to.match(/^verbena\.sid=[-0-9a-f]{36}; Max-Age=1200; Path=\/; HttpOnly; SameSite=Lax$/);
    const [[call, id, value, ttlMs] = []] = store.calls;
    expect([call, ttlMs]).to.deep.equal(['set', 1_200_000]);
    expect(value).to.have.deep.property('values', { v: 1 });
    expect(id).to.match(UUID);
    expect(line).to.contain(String(id));
  });

  it('is secure over TLS, unless told otherwise', async () => {
    const over = async (url: string, options: Partial<SessionOptions>): Promise<boolean> =>
      /; Secure/.test(await cookieOf(await storing(options).app.fetch(new Request(`${url}/set`))));
    expect(await over('https://host', {})).to.equal(true);
    expect(await over('http://host', {})).to.equal(false);
    expect(await over('https://host', { secure: false })).to.equal(false);
    expect(await over('http://host', { secure: true })).to.equal(true);
  });

  it('takes another name and another age', async () => {
    const { get, store } = storing({ cookieName: 'sid', maxAgeMs: 1500 });
    expect(await cookieOf(await get('/set'))).to.match(/^sid=[-0-9a-f]{36}; Max-Age=2; /);
    expect(store.calls[0]?.[3]).to.equal(1500);
    const [id] = store.values.keys();
    const response = await get('/show', { headers: { cookie: `verbena.sid=x; sid=${id}` } });
    expect(await response.json()).to.deep.equal({ id, isNew: false, keys: ['v'] });
  });

  it('goes beside cookies the handler sets', async () => {
    const { get } = recordingApp(
      [
        defineHandler({ path: '/', session: 'required' }, ({ session, response }: HttpContext) => {
          session.set('v', 1);
          response.cookies.set('other', '1');
        }),
      ],
      { session: { store: new RecordingStore() } },
    );
    const names = (await get('/')).headers.getSetCookie().map((line) => line.split('=')[0]);
    expect(names).to.have.members(['other', 'verbena.sid']);
  });
});

describe('a store that gives out what it keeps, not a copy', () => {
  it('is not changed by what a handler does to a value', async () => {
    const store = new RecordingStore();
    const { get } = recordingApp(
      [
        defineHandler({ path: '/set', session: 'required' }, ({ session }: HttpContext) =>
          session.set('cart', { items: ['a'] }),
        ),
        defineHandler({ path: '/spoil', session: 'readonly' }, ({ session }: HttpContext) => {
          (session.get('cart') as { items: string[] }).items.push('b');
        }),
      ],
      { session: { store } },
    );
    await get('/set');
    const [id = ''] = store.values.keys();
    expect((await get('/spoil', withCookie(id))).status).to.equal(204);
    expect([...store.values.values()])
      .to.have.nested.property('[0].values')
      .that.deep.equals({ cart: { items: ['a'] } });
  });
});

describe('a store that two applications share', () => {
  it('has their requests of one session go one after another', async () => {
    const store = new RecordingStore();
    const began: string[] = [];
    const gate = new Barrier();
    const appOf = (name: string): RecordingApp =>
      recordingApp(
        [
          defineHandler({ path: '/', session: 'required' }, async ({ session }: HttpContext) => {
            began.push(name);
            session.set(name, true);
            await gate.passed;
          }),
        ],
        { session: { store } },
      );
    const id = crypto.randomUUID();
    store.values.set(id, { values: { v: 1 }, savedAt: Date.now() });
    const answered = ['one', 'two'].map((name) => appOf(name).get('/', withCookie(id)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(began).to.deep.equal(['one']);
    gate.open();
    await Promise.all(answered);
    expect(store.values.get(id)).to.have.deep.property('values', { v: 1, one: true, two: true });
  });
});

describe('an identity the store does not know', () => {
  const unknown = crypto.randomUUID();

  for (const absent of [undefined, null]) {
    it(`is never taken over (session fixation), where the store says ${absent}`, async () => {
      const store = new RecordingStore(absent);
      const { get } = storing({ store });
      const shown = (await (await get('/show', withCookie(unknown))).json()) as { id: string; isNew: boolean };
      expect(shown.isNew).to.equal(true);
      expect(shown.id).to.match(UUID).and.to.not.equal(unknown);
      const line = await cookieOf(await get('/set', withCookie(unknown)));
      expect(line)
        .to.match(/^verbena\.sid=[-0-9a-f]{36};/)
        .and.to.not.contain(unknown);
      expect([...store.values.keys()]).to.not.include(unknown);
    });
  }

  for (const id of ['', 'user:1', '__proto__', '*', '../x', `${unknown}x`, 'x'.repeat(4000), '%00', '%zz']) {
    it(`is not even asked for when it cannot be one of ours: ${JSON.stringify(id.slice(0, 40))}`, async () => {
      const { get, store } = storing();
      // Another part of the program may keep something under that name.
      store.values.set('user:1', { keys: 'of the kingdom' });
      expect(await (await get('/show', withCookie(id))).json()).to.deep.include({ isNew: true, keys: [] });
      expect(store.calls).to.deep.equal([]);
      expect((await get('/set', withCookie(id))).status).to.equal(204);
      expect(store.calls.map(([call]) => call)).to.deep.equal(['set']);
    });
  }
});

describe('a session that is used and not changed', () => {
  const MINUTE_MS = 60_000;
  let clock: FakeTimers.Clock;

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['Date'] });
  });

  afterEach(() => {
    clock.uninstall();
  });

  async function sizesOfCalls(
    mode: 'required' | 'readonly',
    ageMs: number,
  ): Promise<{ saves: number; cookies: number }> {
    const store = new RecordingStore();
    const { get } = recordingApp(
      [
        defineHandler({ path: '/set', session: 'required' }, ({ session }: HttpContext) => session.set('v', 1)),
        defineHandler({ path: '/use', session: mode }, ({ session }: HttpContext) => session.get('v')),
      ],
      { session: { store } },
    );
    await get('/set');
    const [id = ''] = store.values.keys();
    clock.tick(ageMs);
    const response = await get('/use', withCookie(id));
    expect(await response.json()).to.equal(1);
    const saves = store.calls.filter(([call]) => call === 'set').length - 1;
    return { saves, cookies: response.headers.getSetCookie().length };
  }

  it('begins its lifetime anew in the second half of it (H11)', async () => {
    expect(await sizesOfCalls('required', 11 * MINUTE_MS)).to.deep.equal({ saves: 1, cookies: 1 });
  });

  it('is left alone in the first half', async () => {
    expect(await sizesOfCalls('required', 9 * MINUTE_MS)).to.deep.equal({ saves: 0, cookies: 0 });
  });

  it('is left alone by those who only read it, whose snapshot may be old', async () => {
    expect(await sizesOfCalls('readonly', 11 * MINUTE_MS)).to.deep.equal({ saves: 0, cookies: 0 });
  });
});
