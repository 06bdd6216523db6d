import { install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import type { AppOptions } from './app.js';
import { Barrier } from './barrier.test-support.js';
import type { HttpContext } from './context.js';
import { defineFactory, defineHandler } from './decorators/define.js';
import { VerbenaError } from './errors.js';
import type { FilterFunction } from './filter.js';
import { HttpException } from './http-exception.js';
import { recordingApp, type RecordingApp } from './recording-app.test-support.js';
import { turnsOf } from './session-turns.js';
import type { Declared } from './site.js';
import { type SessionOptions, type SessionStore, StoreSessions } from './store-session.js';

/** Keeps sessions as a distant store would, as text, and counts how often it is asked. */
class CountingStore implements SessionStore {
  readonly texts = new Map<string, string>();
  readonly calls: string[] = [];

  async get(key: string): Promise<unknown> {
    this.calls.push('get');
    const text = this.texts.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async set(key: string, value: Record<string, unknown>): Promise<void> {
    this.calls.push('set');
    this.texts.set(key, JSON.stringify(value));
  }

  async delete(key: string): Promise<void> {
    this.calls.push('delete');
    this.texts.delete(key);
  }

  /** The values of each session it holds. */
  get contents(): unknown[] {
    return Array.from(this.texts.values(), (text) => (JSON.parse(text) as { values: unknown }).values);
  }
}

/** A client that keeps the session cookie. */
class Visitor {
  cookie: string | undefined;

  constructor(private readonly app: RecordingApp) {}

  async get(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = this.cookie === undefined ? {} : { cookie: `verbena.sid=${this.cookie}` };
    const response = await this.app.get(path, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, value] = /^verbena\.sid=([^;]*)/.exec(line) ?? [];
      if (value !== undefined) this.cookie = value === '' ? undefined : value;
    }
    return response;
  }

  async text(path: string): Promise<string> {
    return (await this.get(path)).text();
  }
}

interface Stage extends RecordingApp {
  readonly store: CountingStore;
  readonly visitor: Visitor;
}

function stage(
  handlers: Iterable<Declared>,
  session: Partial<SessionOptions> = {},
  options?: Partial<AppOptions>,
): Stage {
  const store = new CountingStore();
  const app = recordingApp(handlers, { session: { store, ...session }, ...options });
  return { ...app, store, visitor: new Visitor(app) };
}

type Act = (context: HttpContext) => unknown;

function required(path: string, act: Act): Declared {
  return defineHandler({ path, session: 'required' }, (context: HttpContext) => act(context));
}

function readonly(path: string, act: Act): Declared {
  return defineHandler({ path, session: 'readonly' }, (context: HttpContext) => act(context));
}

/** Sets the value of `v` to what the query says. */
const set = (): Declared =>
  required('/set', ({ request, session }) => session.set('v', request.query.get('v') ?? 'some'));

const show = (): Declared => readonly('/show', ({ session }) => JSON.stringify(session.get('v') ?? null));

const count = (): Declared =>
  required('/count', async ({ session }) => {
    const before = Number(session.get('n') ?? 0);
    await Promise.resolve();
    session.set('n', before + 1);
    return String(before + 1);
  });

async function codeThrownBy(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    return error instanceof VerbenaError ? error.code : String(error);
  }
  return 'nothing thrown';
}

function codesOf(errors: readonly unknown[]): string[] {
  return errors.map((error) => (error instanceof VerbenaError ? error.code : String(error)));
}

/** Resolves when everything that needs no timer has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a handler that declares no session', () => {
  it('causes no store access and no cookie, also for a client that has a session', async () => {
    const { store, visitor } = stage([set(), defineHandler('/plain', () => 'x')]);
    const first = await visitor.get('/plain');
    expect(first.headers.getSetCookie()).to.deep.equal([]);
    expect(store.calls).to.deep.equal([]);
    await visitor.get('/set');
    store.calls.length = 0;
    const second = await visitor.get('/plain');
    expect(second.headers.getSetCookie()).to.deep.equal([]);
    expect(store.calls).to.deep.equal([]);
  });

  it('gets session-undeclared when it uses the session all the same, with what to do', async () => {
    const { errors, get, store } = stage([
      defineHandler({ path: '/', name: 'Peek' }, ({ session }: HttpContext) => session.get('a')),
    ]);
    expect((await get('/')).status).to.equal(500);
    expect(codesOf(errors)).to.deep.equal(['session-undeclared']);
    expect(String(errors[0])).to.contain("Peek used the session without declaring one; add session: 'required'");
    expect(store.calls).to.deep.equal([]);
  });

  it('can ask whether it has one, as can its filters, and a factory that has none yet', async () => {
    const tell = ({ hasSession }: HttpContext): string => `handler ${hasSession}`;
    const tellBefore: FilterFunction = async ({ hasSession }, next) => `filter ${hasSession}, ${String(await next())}`;
    class Chosen {
      processRequest = tell;
    }
    defineHandler({ path: '/', session: 'readonly' }, Chosen);
    const factoryHad: boolean[] = [];
    class Choosing {
      getHandler({ hasSession }: HttpContext): typeof Chosen {
        factoryHad.push(hasSession);
        return Chosen;
      }
    }
    const { errors, get } = stage(
      [
        defineHandler('/none', (context: HttpContext) => tell(context)),
        readonly('/readonly', tell),
        required('/required', tell),
        defineFactory('/chosen', Choosing),
      ],
      {},
      { use: [tellBefore] },
    );
    expect(await (await get('/none')).text()).to.equal('filter false, handler false');
    for (const path of ['/readonly', '/required', '/chosen']) {
      expect(await (await get(path)).text(), path).to.equal('filter true, handler true');
    }
    expect(factoryHad).to.deep.equal([false]);
    expect(errors).to.deep.equal([]);
  });

  it('leaves a factory without one too, as the handler is not chosen yet', async () => {
    class Chosen {
      processRequest(): void {}
    }
    const { errors, get } = stage([
      defineFactory(
        '/',
        class {
          getHandler({ session }: HttpContext): typeof Chosen {
            session.get('a');
            return Chosen;
          }
        },
      ),
    ]);
    expect((await get('/')).status).to.equal(500);
    expect(codesOf(errors)).to.deep.equal(['session-undeclared']);
  });
});

describe('a handler that declares a session', () => {
  it('gets session-unavailable where there is no store, with what to do', async () => {
    const { errors, get } = recordingApp([show()]);
    expect((await get('/show')).status).to.equal(500);
    expect(codesOf(errors)).to.deep.equal(['session-unavailable']);
    expect(String(errors[0])).to.contain('give createApp or the adapter a session store');
  });

  it('gets one chosen by a factory as well', async () => {
    const Chosen = defineHandler(
      { session: 'required' },
      class {
        processRequest({ session }: HttpContext): string {
          session.set('v', 1);
          return 'saved';
        }
      },
    );
    const { store, visitor } = stage([defineFactory({ path: '/', verbs: { GET: Chosen } }, class {})]);
    expect(await visitor.text('/')).to.equal('saved');
    expect(store.contents).to.deep.equal([{ v: 1 }]);
  });
});

describe('session: required', () => {
  it('keeps values from request to request, for each client its own', async () => {
    const app = stage([count()]);
    const other = new Visitor(app);
    expect([await app.visitor.text('/count'), await app.visitor.text('/count')]).to.deep.equal(['1', '2']);
    expect(await other.text('/count')).to.equal('1');
    expect(await app.visitor.text('/count')).to.equal('3');
  });

  it('has 50 parallel increments of one session give 50', async () => {
    const { store, visitor } = stage([count()]);
    await visitor.get('/count');
    const texts = await Promise.all(Array.from({ length: 50 }, () => visitor.text('/count')));
    expect(texts.map(Number).toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 50 }, (_, i) => i + 2));
    expect(store.contents).to.deep.equal([{ n: 51 }]);
  });

  it('takes requests of one session in the order they came, and those of others beside', async () => {
    const gates = new Map<string, Barrier>();
    const began: string[] = [];
    const app = stage([
      set(),
      required('/wait', async ({ request }) => {
        const name = request.query.get('name') ?? '';
        began.push(name);
        await gates.get(name)?.passed;
      }),
    ]);
    const other = new Visitor(app);
    await Promise.all([app.visitor.get('/set'), other.get('/set')]);
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) gates.set(name, new Barrier());
    const answered = names.map((name) => app.visitor.get(`/wait?name=${name}`));
    await other.get('/wait?name=other');
    expect(began).to.deep.equal(['a', 'other']);
    for (const [index, name] of names.entries()) {
      gates.get(name)?.open();
      await answered[index];
    }
    expect(began).to.deep.equal(['a', 'other', 'b', 'c', 'd']);
  });

  it('loads only when its turn has come', async () => {
    const gate = new Barrier();
    const { store, visitor } = stage([set(), required('/wait', () => gate.passed)]);
    await visitor.get('/set');
    const first = visitor.get('/wait');
    await settled();
    store.calls.length = 0;
    const second = visitor.get('/wait');
    await settled();
    expect(store.calls).to.deep.equal([]);
    gate.open();
    await Promise.all([first, second]);
    expect(store.calls).to.deep.equal(['get']);
  });

  it('answers 503 with Retry-After to a request whose turn does not come within waitMs', async () => {
    const clock = install({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const gate = new Barrier();
      const { visitor } = stage([set(), required('/wait', () => gate.passed)], { waitMs: 5000 });
      await visitor.get('/set');
      const first = visitor.get('/wait');
      const second = visitor.get('/wait');
      await settled();
      clock.tick(5000);
      const refused = await second;
      expect(refused.status).to.equal(503);
      expect(refused.headers.get('retry-after')).to.equal('1');
      gate.open();
      expect((await first).status).to.equal(204);
      expect((await visitor.get('/wait')).status).to.equal(204);
    } finally {
      clock.uninstall();
    }
  });

  it('gives up a place in line when the client goes away', async () => {
    const gate = new Barrier();
    const began: string[] = [];
    const { errors, visitor } = stage([
      set(),
      required('/wait', async ({ request }) => {
        began.push(request.query.get('name') ?? '');
        await gate.passed;
      }),
    ]);
    await visitor.get('/set');
    const controller = new AbortController();
    const first = visitor.get('/wait?name=first');
    const second = visitor.get('/wait?name=second', { signal: controller.signal });
    const third = visitor.get('/wait?name=third');
    await settled();
    controller.abort();
    await second;
    gate.open();
    await Promise.all([first, third]);
    expect(began).to.deep.equal(['first', 'third']);
    expect(errors).to.deep.equal([]);
  });

  it('saves nothing of an unchanged session, and starts none', async () => {
    const { store, visitor } = stage([set(), required('/look', ({ session }) => String(session.get('v') ?? 'none'))]);
    const fresh = await visitor.get('/look');
    expect(fresh.headers.getSetCookie()).to.deep.equal([]);
    expect(store.calls).to.deep.equal([]);
    await visitor.get('/set?v=1');
    store.calls.length = 0;
    expect(await visitor.text('/look')).to.equal('1');
    expect(store.calls).to.deep.equal(['get']);
  });

  it('saves nothing when a change was taken back', async () => {
    const { store, visitor } = stage([
      required('/', ({ session }) => {
        session.set('v', 1);
        session.delete('v');
      }),
    ]);
    expect((await visitor.get('/')).headers.getSetCookie()).to.deep.equal([]);
    expect(store.calls).to.deep.equal([]);
  });

  it('saves what was changed inside a value', async () => {
    const { store, visitor } = stage([
      required('/set', ({ session }) => session.set('cart', { items: ['a'] })),
      required('/add', ({ session }) => {
        (session.get('cart') as { items: string[] }).items.push('b');
      }),
    ]);
    await visitor.get('/set');
    await visitor.get('/add');
    expect(store.contents).to.deep.equal([{ cart: { items: ['a', 'b'] } }]);
  });

  it('takes back nothing that was saved, when a saved value is changed later on', async () => {
    const kept: Record<string, unknown>[] = [];
    const gone = new Error('later');
    const { errors, visitor } = stage(
      [
        required('/', async ({ session, response }) => {
          const cart = { items: ['a'] };
          session.set('cart', cart);
          await response.flush();
          cart.items.push('b');
          throw gone;
        }),
      ],
      // A store that keeps what it is given, as a Keyv without serialisation does.
      { store: { get: async () => undefined, set: async (_, value) => kept.push(value), delete: async () => true } },
    );
    await (await visitor.get('/')).text().catch(() => {});
    expect(kept.map(({ values }) => values)).to.deep.equal([{ cart: { items: ['a'] } }]);
    expect(errors).to.deep.equal([gone]);
  });

  it('saves nothing after an error, whatever its status (H8), and lets the next in', async () => {
    const { store, visitor } = stage([
      set(),
      show(),
      required('/fail', ({ request, session }) => {
        session.set('v', 'changed');
        throw request.query.has('mild') ? new HttpException(409) : new Error('broken');
      }),
      required('/fail-late', async ({ session }) => {
        session.set('v', 'changed');
        await Promise.resolve();
        throw new Error('broken');
      }),
    ]);
    await visitor.get('/set?v=kept');
    store.calls.length = 0;
    for (const path of ['/fail', '/fail?mild', '/fail-late']) {
      expect((await visitor.get(path)).status).to.be.greaterThan(400);
      expect(await visitor.text('/show')).to.equal('"kept"');
    }
    expect(store.calls).to.not.include('set');
    expect((await visitor.get('/set?v=next')).status).to.equal(204);
  });

  it('says which value cannot be saved, and saves nothing', async () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    for (const bad of [cycle, 1n]) {
      const { errors, store, visitor } = stage([
        required('/', ({ session }) => {
          session.set('fine', 1);
          session.set('bad', bad);
        }),
      ]);
      expect((await visitor.get('/')).status).to.equal(500);
      expect(String(errors[0])).to.contain('The session value "bad" cannot be saved as JSON');
      expect(store.calls).to.deep.equal([]);
    }
  });

  it('keeps names of prototypes as names', async () => {
    const { store, visitor } = stage([
      required('/set', ({ session }) => session.set('__proto__', { polluted: 1 })),
      readonly('/show', ({ session }) => [session.keys(), session.get('__proto__'), session.get('toString') ?? 'none']),
    ]);
    await visitor.get('/set');
    expect([...store.texts.values()].join()).to.contain('{"__proto__":{"polluted":1}}');
    expect(await (await visitor.get('/show')).json()).to.deep.equal([['__proto__'], { polluted: 1 }, 'none']);
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it('tells whether the session is new, its keys, and what deleting found', async () => {
    const seen: unknown[] = [];
    const { visitor } = stage([
      set(),
      required('/', ({ session }) => {
        seen.push([session.isNew, session.isReadOnly, session.keys(), session.delete('v'), session.delete('v')]);
      }),
    ]);
    await visitor.get('/');
    await visitor.get('/set?v=1');
    await visitor.get('/');
    expect(seen).to.deep.equal([
      [true, false, [], false, false],
      [false, false, ['v'], true, false],
    ]);
  });
});

describe('the lifetime of a session', () => {
  const maxAgeMs = 60_000;

  /** Has one visitor set a value, and come again at that age of the session. */
  async function comeAgain(
    path: string,
    ageMs: number,
  ): Promise<{ cookies: string[]; calls: string[]; later: string }> {
    const clock = install({ toFake: ['Date'] });
    try {
      const { store, visitor } = stage(
        [
          set(),
          show(),
          required('/use', ({ session }) => String(session.get('v'))),
          required('/flush', async ({ response }) => {
            response.write('x');
            await response.flush();
          }),
          defineHandler('/plain', () => 'x'),
        ],
        { maxAgeMs },
      );
      await visitor.get('/set?v=1');
      store.calls.length = 0;
      clock.tick(ageMs);
      const response = await visitor.get(path);
      await response.text();
      const calls = [...store.calls];
      return { cookies: response.headers.getSetCookie(), calls, later: await visitor.text('/show') };
    } finally {
      clock.uninstall();
    }
  }

  for (const path of ['/use', '/flush']) {
    it(`begins anew when ${path} uses it unchanged in its second half, as does that of its cookie`, async () => {
      const { cookies, calls, later } = await comeAgain(path, maxAgeMs / 2 + 1);
      expect(calls).to.deep.equal(['get', 'set']);
      expect(cookies).to.have.length(1);
      expect(cookies[0]).to.contain('Max-Age=60;');
      expect(later).to.equal('"1"');
    });
  }

  it('goes on when a required handler uses it unchanged in its first half, which costs no save', async () => {
    expect(await comeAgain('/use', maxAgeMs / 2 - 1)).to.deep.equal({ cookies: [], calls: ['get'], later: '"1"' });
  });

  it('goes on when a readonly handler uses it, and when one does that declares none', async () => {
    expect(await comeAgain('/show', maxAgeMs - 1)).to.deep.include({ cookies: [], calls: ['get'] });
    expect(await comeAgain('/plain', maxAgeMs - 1)).to.deep.include({ cookies: [], calls: [] });
  });
});

describe('session: required, the turn', () => {
  it('is free again after a handler that heeded no timeout has ended', async () => {
    const clock = install({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const gate = new Barrier();
      const { store, visitor } = stage([
        set(),
        defineHandler({ path: '/slow', session: 'required', timeoutMs: 100 }, async ({ session }: HttpContext) => {
          session.set('v', 'too late');
          await gate.passed;
        }),
      ]);
      await visitor.get('/set?v=kept');
      const slow = visitor.get('/slow');
      await settled();
      clock.tick(100);
      expect((await slow).status).to.equal(503);
      gate.open();
      await settled();
      // What the client was told had failed is not saved (H8).
      expect(store.contents).to.deep.equal([{ v: 'kept' }]);
      expect((await visitor.get('/set?v=next')).status).to.equal(204);
    } finally {
      clock.uninstall();
    }
  });

  it('is taken from a handler that has been given up', async () => {
    const clock = install({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { errors, visitor } = stage(
        [
          set(),
          defineHandler({ path: '/slow', session: 'required', timeoutMs: 100 }, () => new Promise<void>(() => {})),
        ],
        {},
        { abandonMs: 1000 },
      );
      await visitor.get('/set');
      const slow = visitor.get('/slow');
      await settled();
      clock.tick(100);
      await slow;
      const next = visitor.get('/set?v=next');
      await settled();
      clock.tick(1000);
      expect((await next).status).to.equal(204);
      expect(codesOf(errors)).to.deep.equal(['abandoned']);
    } finally {
      clock.uninstall();
    }
  });

  it('lasts as long as the handler writes, not only until its first flush', async () => {
    const gate = new Barrier();
    const { store, visitor } = stage([
      set(),
      required('/stream', async ({ session, response }) => {
        response.write('x');
        await response.flush();
        await gate.passed;
        session.set('v', `${String(session.get('v'))}, streamed`);
      }),
    ]);
    await visitor.get('/set?v=first');
    const stream = await visitor.get('/stream');
    const next = visitor.get('/set?v=second');
    await settled();
    expect(store.contents).to.deep.equal([{ v: 'first' }]);
    gate.open();
    await Promise.all([stream.text(), next]);
    expect(store.contents).to.deep.equal([{ v: 'second' }]);
  });

  it('holds for a new session, too, once the client has its cookie', async () => {
    const gate = new Barrier();
    const { store, visitor } = stage([
      count(),
      required('/start', async ({ session, response }) => {
        session.set('n', 1);
        await response.flush();
        await gate.passed;
        session.set('n', Number(session.get('n')) + 10);
      }),
    ]);
    const started = await visitor.get('/start');
    const counted = visitor.text('/count');
    await settled();
    gate.open();
    await started.text();
    expect(await counted).to.equal('12');
    expect(store.contents).to.deep.equal([{ n: 12 }]);
  });

  it('holds for the new identity of a regenerated session', async () => {
    const gate = new Barrier();
    const { store, visitor } = stage([
      set(),
      count(),
      required('/renew', async ({ session, response }) => {
        session.set('n', 1);
        await session.regenerate();
        await response.flush();
        await gate.passed;
        session.set('n', Number(session.get('n')) + 10);
      }),
    ]);
    await visitor.get('/set');
    const renewed = await visitor.get('/renew');
    const counted = visitor.text('/count');
    await settled();
    gate.open();
    await renewed.text();
    expect(await counted).to.equal('12');
    expect(store.contents).to.deep.equal([{ v: 'some', n: 12 }]);
  });
});

describe('session: readonly', () => {
  it('cannot be looked at again where the adapter of the host has no way to, and says so', async () => {
    const { visitor, errors } = stage([
      readonly('/', async ({ session }) => {
        await session.refresh();
      }),
    ]);
    const { of } = StoreSessions.prototype;
    StoreSessions.prototype.of = function blind(request) {
      const { valuesOf: _, ...rest } = of.call(this, request);
      return rest;
    };
    try {
      expect((await visitor.get('/')).status).to.equal(500);
    } finally {
      StoreSessions.prototype.of = of;
    }
    expect(codesOf(errors)).to.deep.equal(['session-unavailable']);
  });

  it('alone is looked at again: one that may be changed keeps what was changed in it', async () => {
    const { visitor, store } = stage([
      required('/', async ({ session }) => {
        session.set('v', 'own');
        await session.refresh();
        return session.get('v');
      }),
    ]);
    expect(await visitor.text('/')).to.equal('own');
    expect(store.calls).to.deep.equal(['set']);
  });

  it('answers while a required one still runs, with what was saved before', async () => {
    const began = new Barrier();
    const gate = new Barrier();
    const { visitor } = stage([
      set(),
      show(),
      required('/long', async ({ session }) => {
        session.set('v', 'unsaved');
        began.open();
        await gate.passed;
      }),
    ]);
    await visitor.get('/set?v=before');
    const long = visitor.get('/long');
    await began.passed;
    expect(await visitor.text('/show')).to.equal('"before"');
    gate.open();
    await long;
    expect(await visitor.text('/show')).to.equal('"unsaved"');
  });

  it('does not make a required one wait', async () => {
    const gate = new Barrier();
    const began = new Barrier();
    const { visitor } = stage([
      set(),
      readonly('/look', async () => {
        began.open();
        await gate.passed;
      }),
    ]);
    await visitor.get('/set');
    const look = visitor.get('/look');
    await began.passed;
    expect((await visitor.get('/set?v=2')).status).to.equal(204);
    gate.open();
    await look;
  });

  it('throws session-read-only for every change, with what to do, and saves nothing', async () => {
    const codes: string[] = [];
    const { store, visitor } = stage([
      set(),
      readonly('/', async ({ session }) => {
        codes.push(await codeThrownBy(() => session.set('v', 1)));
        codes.push(await codeThrownBy(() => session.delete('v')));
        codes.push(await codeThrownBy(() => session.regenerate()));
        codes.push(await codeThrownBy(() => session.abandon()));
        expect(session.isReadOnly).to.equal(true);
        expect(() => session.set('v', 1)).to.throw(
          `Setting "v" needs a session that may be changed; declare session: 'required'`,
        );
        return 'fine';
      }),
    ]);
    await visitor.get('/set?v=1');
    store.calls.length = 0;
    expect(await visitor.text('/')).to.equal('fine');
    expect(codes).to.deep.equal(Array(4).fill('session-read-only'));
    expect(store.calls).to.deep.equal(['get']);
  });

  it('sees a copy: what is changed inside a value is seen by nobody', async () => {
    const { visitor } = stage([
      required('/set', ({ session }) => session.set('v', { n: 1 })),
      readonly('/spoil', ({ session }) => {
        (session.get('v') as { n: number }).n = 2;
      }),
      show(),
    ]);
    await visitor.get('/set');
    await visitor.get('/spoil');
    expect(await visitor.text('/show')).to.equal('{"n":1}');
  });

  it('starts no session and sends no cookie', async () => {
    const { store, visitor } = stage([readonly('/', ({ session }) => ({ isNew: session.isNew }))]);
    const response = await visitor.get('/');
    expect(await response.json()).to.deep.equal({ isNew: true });
    expect(response.headers.getSetCookie()).to.deep.equal([]);
    expect(store.calls).to.deep.equal([]);
  });
});

describe('HttpSession.regenerate', () => {
  it('gives another identity, keeps the values, and leaves nothing under the old one', async () => {
    const ids: string[] = [];
    const { store, visitor } = stage([
      set(),
      show(),
      required('/renew', async ({ session }) => {
        ids.push(session.id);
        await session.regenerate();
        ids.push(session.id);
        session.set('also', 1);
      }),
    ]);
    await visitor.get('/set?v=1');
    const old = visitor.cookie;
    await visitor.get('/renew');
    expect(ids[0]).to.equal(old);
    expect(ids[1]).to.equal(visitor.cookie).and.to.not.equal(old);
    expect([...store.texts.keys()]).to.deep.equal([visitor.cookie]);
    expect(store.contents).to.deep.equal([{ v: '1', also: 1 }]);
    expect(await visitor.text('/show')).to.equal('"1"');
    visitor.cookie = old;
    expect(await visitor.text('/show')).to.equal('null');
  });

  it('sends one cookie only, the last', async () => {
    const { visitor } = stage([
      required('/', async ({ session }) => {
        session.set('v', 1);
        await session.regenerate();
        await session.regenerate();
      }),
    ]);
    expect((await visitor.get('/')).headers.getSetCookie()).to.have.length(1);
  });

  it('throws session-late after the headers have been sent', async () => {
    let code: string | undefined;
    const { visitor } = stage([
      set(),
      required('/', async ({ session, response }) => {
        await response.flush();
        code = await codeThrownBy(() => session.regenerate());
      }),
    ]);
    await visitor.get('/set');
    await (await visitor.get('/')).text();
    expect(code).to.equal('session-late');
  });

  it('makes a session without values known to the client, so that it can be filled in mid-stream', async () => {
    const { errors, store, visitor } = stage([
      required('/', async ({ session, response }) => {
        await session.regenerate();
        await response.flush();
        session.set('v', 1);
      }),
    ]);
    await (await visitor.get('/')).text();
    expect(errors).to.deep.equal([]);
    expect(store.contents).to.deep.equal([{ v: 1 }]);
  });
});

describe('HttpSession.abandon', () => {
  it('removes the session and withdraws its cookie', async () => {
    const { store, visitor } = stage([
      set(),
      show(),
      required('/leave', async ({ session }) => {
        session.set('v', 'not saved');
        await session.abandon();
      }),
    ]);
    await visitor.get('/set?v=1');
    const old = visitor.cookie;
    const response = await visitor.get('/leave');
    expect(response.headers.getSetCookie()).to.deep.equal(['verbena.sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']);
    expect(store.texts.size).to.equal(0);
    visitor.cookie = old;
    expect(await visitor.text('/show')).to.equal('null');
  });

  it('lets the next request in at once, and refuses further changes with session-closed', async () => {
    const gate = new Barrier();
    const abandoned = new Barrier();
    const codes: string[] = [];
    const { visitor } = stage([
      set(),
      required('/leave', async ({ session }) => {
        await session.abandon();
        codes.push(await codeThrownBy(() => session.set('v', 1)));
        codes.push(await codeThrownBy(() => session.delete('v')));
        codes.push(await codeThrownBy(() => session.regenerate()));
        codes.push(await codeThrownBy(() => session.abandon()));
        abandoned.open();
        await gate.passed;
      }),
    ]);
    await visitor.get('/set');
    const leaving = visitor.get('/leave');
    await abandoned.passed;
    expect((await visitor.get('/set')).status).to.equal(204);
    gate.open();
    await leaving;
    expect(codes).to.deep.equal(Array(4).fill('session-closed'));
  });
});

describe('HttpSession.release', () => {
  it('saves and lets the next request in, before this one is over', async () => {
    const released = new Barrier();
    const gate = new Barrier();
    const { store, visitor } = stage([
      set(),
      count(),
      required('/start', async ({ session }) => {
        session.set('n', 1);
        await session.release();
        released.open();
        await gate.passed;
        return `still ${String(session.get('n'))}`;
      }),
    ]);
    await visitor.get('/set');
    const start = visitor.text('/start');
    await released.passed;
    expect(await visitor.text('/count')).to.equal('2');
    gate.open();
    expect(await start).to.equal('still 1');
    expect(store.contents).to.deep.equal([{ v: 'some', n: 2 }]);
  });

  it('refuses changes afterwards with session-closed, and may be called again', async () => {
    const codes: string[] = [];
    const { visitor } = stage([
      required('/', async ({ session }) => {
        await session.release();
        codes.push(await codeThrownBy(() => session.set('v', 1)));
        codes.push(await codeThrownBy(() => session.release()));
      }),
    ]);
    expect((await visitor.get('/')).status).to.equal(204);
    expect(codes).to.deep.equal(['session-closed', 'nothing thrown']);
  });

  it('keeps what it saved, though an error follows', async () => {
    const { store, visitor } = stage([
      required('/', async ({ session }) => {
        session.set('v', 1);
        await session.release();
        throw new Error('later');
      }),
    ]);
    expect((await visitor.get('/')).status).to.equal(500);
    expect(store.contents).to.deep.equal([{ v: 1 }]);
  });
});

describe('what a handler does with its session and does not await', () => {
  const failure = new Error('store is down');

  /** A store that takes time, and fails in a call where it is told to. */
  class SlowStore extends CountingStore {
    failing: keyof SessionStore | undefined;

    override async set(key: string, value: Record<string, unknown>): Promise<void> {
      await settled();
      if (this.failing === 'set') throw failure;
      await super.set(key, value);
    }

    override async delete(key: string): Promise<void> {
      await settled();
      if (this.failing === 'delete') throw failure;
      await super.delete(key);
    }
  }

  function slowStage(act: Act): Stage & { readonly store: SlowStore } {
    const store = new SlowStore();
    return { ...stage([set(), required('/', act)], { store }), store };
  }

  /** Does something with a session that has just got a user. */
  const signIn =
    (act: (context: HttpContext) => unknown): Act =>
    (context) => {
      context.session.set('user', 1);
      void act(context);
    };

  for (const [how, act] of [
    ['release()', ({ session }) => session.release()],
    ['release() and flush()', ({ session, response }) => [session.release(), response.flush()]],
    ['regenerate()', ({ session }) => session.regenerate()],
    ['regenerate() and flush()', ({ session, response }) => [session.regenerate(), response.flush()]],
    ['regenerate() and release()', ({ session }) => [session.regenerate(), session.release()]],
  ] as const satisfies readonly (readonly [string, Act])[]) {
    it(`is over before the answer goes: ${how} of a new session`, async () => {
      const { errors, store, visitor } = slowStage(signIn(act));
      await (await visitor.get('/')).text();
      expect(store.contents).to.deep.equal([{ user: 1 }]);
      expect([...store.texts.keys()]).to.deep.equal([visitor.cookie]);
      expect(errors).to.deep.equal([]);
    });
  }

  it('leaves nothing under the old identity: regenerate()', async () => {
    const { store, visitor } = slowStage(signIn(({ session }) => session.regenerate()));
    await visitor.get('/set?v=1');
    const old = visitor.cookie;
    await visitor.get('/');
    expect(visitor.cookie).to.not.equal(old);
    expect([...store.texts.keys()]).to.deep.equal([visitor.cookie]);
    expect(store.contents).to.deep.equal([{ v: '1', user: 1 }]);
  });

  it('is done in order: abandon() after regenerate()', async () => {
    const { store, visitor } = slowStage(signIn(({ session }) => [session.regenerate(), session.abandon()]));
    await visitor.get('/set?v=1');
    await visitor.get('/');
    expect(visitor.cookie).to.equal(undefined);
    expect(store.contents).to.deep.equal([]);
  });

  for (const [failing, how, act] of [
    ['set', 'release()', ({ session }) => session.release()],
    ['set', 'regenerate()', ({ session }) => session.regenerate()],
    ['delete', 'regenerate()', ({ session }) => session.regenerate()],
    ['delete', 'abandon()', ({ session }) => session.abandon()],
  ] as const satisfies readonly (readonly [keyof SessionStore, string, Act])[]) {
    it(`fails the request with the store, in ${failing}(): ${how}`, async () => {
      const { errors, store, visitor } = slowStage(signIn(act));
      await visitor.get('/set?v=1');
      store.failing = failing;
      expect((await visitor.get('/')).status).to.equal(500);
      await settled();
      expect(errors).to.deep.equal([failure]);
      expect(JSON.stringify(store.contents)).to.not.contain('user');
    });
  }

  it('leaves what was stored, under the new identity alone, and takes no turn for good: regenerate() and an error', async () => {
    let renewed: HttpContext['session'] | undefined;
    const { store, visitor } = slowStage(async ({ session }) => {
      renewed = session;
      session.set('user', 1);
      void session.regenerate();
      await Promise.resolve();
      throw new Error('broken');
    });
    await visitor.get('/set');
    const old = visitor.cookie;
    expect((await visitor.get('/')).status).to.equal(500);
    expect(store.contents).to.deep.equal([{ v: 'some' }]);
    expect(visitor.cookie).to.equal(renewed?.id).and.to.not.equal(old);
    expect([...store.texts.keys()]).to.deep.equal([visitor.cookie]);
    const signal = AbortSignal.abort(new Error('taken'));
    const end = await turnsOf(store).take(renewed?.id ?? '', 1000, signal);
    end();
  });

  it('begins no session of a request that failed: regenerate() of a new one, and an error', async () => {
    const { store, visitor } = slowStage(async ({ session }) => {
      session.set('user', 1);
      await Promise.all([session.regenerate(), Promise.reject(new Error('broken'))]);
    });
    expect((await visitor.get('/')).status).to.equal(500);
    expect(visitor.cookie).to.equal(undefined);
    expect(store.contents).to.deep.equal([]);
  });

  it('is answered as the error it is: regenerate() and flush(), and an error', async () => {
    const broken = new Error('broken');
    const { errors, store, visitor } = slowStage(async ({ session, response }) => {
      session.set('user', 1);
      void session.regenerate();
      void response.flush();
      await Promise.resolve();
      throw broken;
    });
    await visitor.get('/set');
    const old = visitor.cookie;
    expect((await visitor.get('/')).status).to.equal(500);
    expect(errors).to.deep.equal([broken]);
    expect(store.contents).to.deep.equal([{ v: 'some' }]);
    expect(visitor.cookie).to.not.equal(old);
  });

  it('keeps no answer back when the time is over: regenerate() that hangs, and an error', async () => {
    const clock = install({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const store = new CountingStore();
      const signIn = defineHandler(
        { path: '/', session: 'required', timeoutMs: 100 },
        async ({ session }: HttpContext) => {
          await Promise.all([session.regenerate(), Promise.reject(new Error('broken'))]);
        },
      );
      const { visitor } = stage([set(), signIn], { store });
      await visitor.get('/set');
      store.delete = () => new Promise(() => {});
      const answered = visitor.get('/');
      await settled();
      clock.tick(100);
      expect((await answered).status).to.equal(503);
    } finally {
      clock.uninstall();
    }
  });

  it('is tried once more with what was stored, when the store fails in set() and recovers: regenerate()', async () => {
    const { errors, store, visitor } = slowStage(async ({ session }) => {
      session.set('user', 1);
      try {
        await session.regenerate();
      } finally {
        store.failing = undefined;
      }
    });
    await visitor.get('/set');
    store.failing = 'set';
    expect((await visitor.get('/')).status).to.equal(500);
    expect(errors).to.deep.equal([failure]);
    expect(store.contents).to.deep.equal([{ v: 'some' }]);
    expect([...store.texts.keys()]).to.deep.equal([visitor.cookie]);
  });
});

describe('a session and flush()', () => {
  it('is saved before the first flush, and its cookie goes with the head', async () => {
    const { store, visitor } = stage([
      required('/', async ({ session, response }) => {
        session.set('v', 1);
        response.write('x');
        await response.flush();
        expect(store.contents).to.deep.equal([{ v: 1 }]);
      }),
    ]);
    const response = await visitor.get('/');
    expect(response.headers.getSetCookie()).to.have.length(1);
    await response.text();
  });

  it('keeps late changes of a session the client knows', async () => {
    const { store, visitor } = stage([
      set(),
      required('/', async ({ session, response }) => {
        session.set('v', 'early');
        await response.flush();
        session.set('v', 'late');
      }),
    ]);
    await visitor.get('/set');
    await (await visitor.get('/')).text();
    expect(store.contents).to.deep.equal([{ v: 'late' }]);
    await new Visitor(visitor['app']).get('/').then((response) => response.text());
    expect(store.contents).to.deep.equal([{ v: 'late' }, { v: 'late' }]);
  });

  it('drops late changes when an error follows', async () => {
    const { store, visitor } = stage([
      set(),
      required('/', async ({ session, response }) => {
        await response.flush();
        session.set('v', 'late');
        throw new Error('broken');
      }),
    ]);
    await visitor.get('/set?v=kept');
    await (await visitor.get('/')).text().catch(() => {});
    expect(store.contents).to.deep.equal([{ v: 'kept' }]);
    expect((await visitor.get('/set?v=next')).status).to.equal(204);
  });

  it('cannot begin after the first flush: session-late, with what to do', async () => {
    let thrown: unknown;
    const { store, visitor } = stage([
      required('/', async ({ session, response }) => {
        await response.flush();
        try {
          session.set('v', 1);
        } catch (error) {
          thrown = error;
        }
      }),
    ]);
    await (await visitor.get('/')).text();
    expect(thrown).to.be.instanceOf(VerbenaError).with.property('code', 'session-late');
    expect(String(thrown)).to.contain('do it before the first flush()');
    expect(store.calls).to.deep.equal([]);
  });
});

describe('a store that fails', () => {
  const failing = new Error('store is down');

  function failOn(call: keyof SessionStore): { store: SessionStore; inner: CountingStore; fail: boolean } {
    const inner = new CountingStore();
    const state = { inner, fail: true, store: undefined as unknown as SessionStore };
    const guard =
      <Arguments extends unknown[], Result>(name: keyof SessionStore, act: (...given: Arguments) => Result) =>
      (...given: Arguments): Result | Promise<never> =>
        state.fail && name === call ? Promise.reject(failing) : act(...given);
    state.store = {
      get: guard('get', (key: string) => inner.get(key)),
      set: guard('set', (key: string, value: Record<string, unknown>) => inner.set(key, value)),
      delete: guard('delete', (key: string) => inner.delete(key)),
    };
    return state;
  }

  const handlers = (): Declared[] => [
    set(),
    required('/renew', ({ session }) => session.regenerate()),
    required('/leave', ({ session }) => session.abandon()),
    show(),
    required('/stream', async ({ session, response }) => {
      session.set('v', 'x');
      await response.flush();
    }),
  ];

  for (const [call, path] of [
    ['get', '/set'],
    ['get', '/show'],
    ['set', '/set?v=2'],
    ['set', '/renew'],
    ['set', '/stream'],
    ['delete', '/renew'],
    ['delete', '/leave'],
  ] as const) {
    it(`in ${call}() gives ${path} 500 without its text, reports it once, and frees the turn`, async () => {
      const state = failOn(call);
      state.fail = false;
      const { errors, visitor } = stage(handlers(), { store: state.store });
      await visitor.get('/set?v=1');
      const { cookie } = visitor;
      state.fail = true;
      const response = await visitor.get(path);
      expect(response.status).to.equal(500);
      expect(await response.text()).to.not.contain('down');
      expect(errors).to.deep.equal([failing]);
      state.fail = false;
      visitor.cookie = cookie;
      expect((await visitor.get('/set?v=3')).status).to.equal(204);
    });
  }

  it('in set() is asked again at the end, when the handler went on in spite of it', async () => {
    const state = failOn('set');
    const { visitor } = stage(
      [
        required('/', async ({ session }) => {
          session.set('v', 1);
          await session.regenerate().catch(() => {});
          state.fail = false;
        }),
      ],
      { store: state.store },
    );
    expect((await visitor.get('/')).status).to.equal(204);
    expect(state.inner.contents).to.deep.equal([{ v: 1 }]);
  });

  it('in set() while regenerating loses nothing either, when the handler went on and the store recovered', async () => {
    const state = failOn('set');
    state.fail = false;
    const { visitor } = stage(
      [
        set(),
        required('/', async ({ session }) => {
          state.fail = true;
          await session.regenerate().catch(() => {});
          state.fail = false;
        }),
      ],
      { store: state.store },
    );
    await visitor.get('/set?v=kept');
    await visitor.get('/');
    expect(state.inner.contents).to.deep.equal([{ v: 'kept' }]);
    expect([...state.inner.texts.keys()]).to.deep.equal([visitor.cookie]);
  });
});
