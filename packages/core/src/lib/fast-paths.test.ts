import FakeTimers from '@sinonjs/fake-timers';
import { expect } from 'chai';
import {
  answerOrNotFound,
  answerOrNotFoundTo,
  answerTo,
  type HostAnswer,
  type HostRequest,
  type HostSession,
  isStream,
  RecordHeaders,
} from '../adapter.js';
import { type AppOptions, createApp } from './app.js';
import type { HttpContext } from './context.js';
import { defineFactory, defineHandler } from './decorators/define.js';
import type { HttpHandler } from './handler.js';
import { HttpException } from './http-exception.js';
import type { Declared } from './site.js';

type Act = (context: HttpContext) => unknown;

/** A way round what answers at once. The answer must not show which way was taken. */
interface Detour {
  /** What the handler does instead. */
  readonly act?: (act: Act) => Act;
  /** How it is listed instead. */
  readonly listed?: (act: Act) => Declared;
  readonly options?: Partial<AppOptions>;
  readonly host?: Partial<HostRequest>;
  /** Whether the answer must come in a promise, as one that takes time does, or be there at once. */
  readonly isLater?: boolean;
}

const declaration = { path: '/', name: 'it' };

function classOf(act: Act, members: Partial<HttpHandler> = {}): new () => HttpHandler {
  const made = class Acting implements HttpHandler {
    processRequest(context: HttpContext): unknown {
      return act(context);
    }
  };
  Object.assign(made.prototype, members);
  return made;
}

class Told {
  readonly what = 'something of the request';
}

const detours: Readonly<Record<string, Detour>> = {
  'a class': { listed: (act) => defineHandler(declaration, classOf(act)), isLater: false },
  'a reusable class that is reset': {
    listed: (act) => defineHandler(declaration, classOf(act, { isReusable: true, reset: async () => {} })),
    isLater: false,
  },
  'a factory that chooses at once': {
    listed(act) {
      const chosen = defineHandler(declaration, classOf(act));
      return defineFactory(
        '/',
        class {
          getHandler(): typeof chosen {
            return chosen;
          }
          releaseHandler(): void {}
        },
      );
    },
    isLater: false,
  },
  'a factory that chooses later': {
    listed(act) {
      const chosen = defineHandler(declaration, classOf(act));
      return defineFactory(
        '/',
        class {
          async getHandler(): Promise<typeof chosen> {
            return chosen;
          }
          async releaseHandler(): Promise<void> {}
        },
      );
    },
    isLater: true,
  },
  'an async handler': { act: (act) => async (context) => act(context), isLater: true },
  'a handler that waits first': {
    act: (act) => async (context) => {
      await Promise.resolve();
      return act(context);
    },
    isLater: true,
  },
  'a filter': { options: { use: [(_context, next) => next()] }, isLater: true },
  'a filter that waits': {
    options: {
      use: [
        async (_context, next) => {
          await Promise.resolve();
          return next();
        },
      ],
    },
    isLater: true,
  },
  'a filter around an async handler': {
    act: (act) => async (context) => act(context),
    options: { use: [(_context, next) => next()] },
    isLater: true,
  },
  'a time limit': { options: { timeoutMs: 60_000 }, isLater: false },
  'a signal': {
    act: (act) => (context) => {
      context.signal.addEventListener('abort', () => {});
      return act(context);
    },
    isLater: false,
  },
  'a scope of the request': {
    act: (act) => (context) => {
      context.resolve(Told);
      return act(context);
    },
    isLater: false,
  },
  'a host that waits for the end': { host: { waitUntil: () => {} }, isLater: false },
  'a session-less host asked for everything': {
    act: (act) => (context) => {
      const { request, items, native, handler, mapping } = context;
      for (const asked of [request.url, request.query, request.cookies, items, native, handler, mapping])
        expect(asked).to.not.equal(undefined);
      return act(context);
    },
    isLater: false,
  },
};

const acts: Readonly<Record<string, Act>> = {
  text: () => 'Hello',
  'a text of many bytes a letter': () => 'Grüße, 世界 🌍 \ud800',
  'no text': () => '',
  HTML: () => '<p>Hello</p>',
  XML: () => '<?xml version="1.0"?><a/>',
  JSON: () => ({ id: '42', nested: [1, null, 'ü'] }),
  'a number': () => 42,
  bytes: () => new Uint8Array([0, 255, 13, 10]),
  nothing: () => undefined,
  null: () => null,
  'a status with headers': ({ response }) => {
    response.status = 201;
    response.headers.set('Location', '/orders/7');
    response.headers.append('X-Two', 'one');
    response.headers.append('X-Two', 'two');
    response.headers.set('Content-Type', 'text/csv');
    return 'a,b';
  },
  cookies: ({ response }) => {
    response.cookies.set('one', '1');
    response.cookies.set('two', '2');
    return 'baked';
  },
  'a length of its own': ({ response }) => {
    response.headers.set('content-length', 3);
    return 'longer than three';
  },
  'no content': ({ response }) => {
    response.status = 204;
    return 'dropped';
  },
  'not modified': ({ response }) => {
    response.status = 304;
    response.headers.set('etag', '"1"');
  },
  'what was written': ({ response }) => {
    response.write('<p>');
    response.write('ü</p>');
  },
  'what was written as bytes, too': ({ response }) => {
    response.write('ü');
    response.write(new Uint8Array([255]));
  },
  'what stood at the end': ({ response }) => {
    response.write('what stood ');
    response.end('at the end');
  },
  'a redirect': ({ response }) => response.redirect('/elsewhere?ü', 303),
  'a Response without a body': () => new Response(null, { status: 202, headers: { 'x-of': 'Response' } }),
  'a Response': () => new Response('of the platform', { headers: { 'set-cookie': 'a=1' } }),
  'a generator': async function* () {
    yield 'one';
    yield 'two';
  },
  'an exception': () => {
    throw new HttpException(409, 'It is there already', { headers: { 'x-which': '7' }, extensions: { which: 7 } });
  },
  'an exception without Allow': () => {
    throw new HttpException(405);
  },
  'an unexpected error': () => {
    throw new Error('not for the client');
  },
  'what cannot be sent': () => ({ one: 1n }),
  'two answers': ({ response }) => {
    response.write('one');
    return 'two';
  },
};

const clients: Readonly<Record<string, Pick<HostRequest, 'verb' | 'headers'>>> = {
  GET: { verb: 'GET', headers: new RecordHeaders({}) },
  HEAD: { verb: 'HEAD', headers: new RecordHeaders({}) },
  'GET of HTML': { verb: 'GET', headers: new RecordHeaders({ accept: 'text/html, text/plain;q=0.5' }) },
};

const host: HostRequest = {
  verb: 'GET',
  path: '/',
  url: 'http://verbena.test/?asked=1',
  headers: new RecordHeaders({}),
  ip: '192.0.2.1',
  secure: false,
  body: null,
  native: {},
  onClose: () => () => {},
};

/** What a client sees of an answer, byte for byte, and what the application reports. */
interface Seen {
  readonly head: string;
  readonly body: string;
  readonly errors: readonly string[];
  readonly wasLater: boolean;
}

async function see(act: Act, client: keyof typeof clients, detour: Detour = { isLater: false }): Promise<Seen> {
  const errors: string[] = [];
  const doing = detour.act?.(act) ?? act;
  const listed = detour.listed?.(doing) ?? defineHandler(declaration, (context: HttpContext) => doing(context));
  const app = createApp({
    development: false,
    onError: (error) => errors.push(String(error)),
    ...detour.options,
    handlers: [listed],
  });
  const answering = answerOrNotFound(app, { ...host, ...clients[client], ...detour.host });
  const answer = await answering;
  const seen = {
    head: `${answer.status}\n${answer.headers.raw().map(String).join('\n')}`,
    body: await bytesOf(answer.body),
    errors,
    wasLater: answering instanceof Promise,
  };
  await app.close();
  return seen;
}

async function bytesOf(body: HostAnswer['body']): Promise<string> {
  const chunks: Uint8Array[] = [];
  if (typeof body === 'string') chunks.push(new TextEncoder().encode(body));
  else if (isStream(body))
    for await (const chunk of body) chunks.push(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
  else if (body !== null) chunks.push(body);
  return Buffer.concat(chunks).toString('latin1');
}

/** What takes time on every way, as it is read piece by piece before its head stands. */
const NEVER_AT_ONCE: ReadonlySet<string> = new Set(['a generator']);

describe('an answer that is there at once', () => {
  for (const [what, act] of Object.entries(acts)) {
    it(`is the same as on every other way: ${what}`, async () => {
      for (const client of Object.keys(clients)) {
        const direct = await see(act, client);
        for (const [way, detour] of Object.entries(detours)) {
          const { wasLater, ...seen } = await see(act, client, detour);
          const { wasLater: _, ...expected } = direct;
          expect(seen, `${client}, ${way}`).to.deep.equal(expected);
          if (!NEVER_AT_ONCE.has(what)) expect(wasLater, way).to.equal(detour.isLater ?? wasLater);
        }
        expect(direct.wasLater, client).to.equal(NEVER_AT_ONCE.has(what));
      }
    });
  }

  it('is the same when its pool had to be waited for', async () => {
    for (const [what, act] of Object.entries(acts)) {
      const direct = await see(act, 'GET');
      let leave = (): void => {};
      const held = new Promise<void>((resolve) => (leave = resolve));
      let isFirst = true;
      const pooled = defineHandler(
        { ...declaration, pool: { max: 1 } },
        classOf((context) => {
          if (!isFirst) return act(context);
          isFirst = false;
          return held;
        }),
      );
      const app = createApp({ development: false, onError: () => {}, handlers: [pooled] });
      // Another request holds the only instance.
      void answerOrNotFound(app, host);
      const second = answerOrNotFound(app, host);
      leave();
      const answer = await second;
      const body = await bytesOf(answer.body);
      expect([`${answer.status}\n${answer.headers.raw().map(String).join('\n')}`, body], what).to.deep.equal([
        direct.head,
        direct.body,
      ]);
      await app.close();
    }
  });

  it('has the same type and body as one that is flushed', async () => {
    for (const text of ['Hello', '<p>Hello</p>', '<?xml version="1.0"?><a/>', 'Grüße', '']) {
      const withoutLength = ({ head, body }: Seen): string[] => [head.replace(/\ncontent-length\n\d+/, ''), body];
      const atOnce = await see(({ response }) => response.write(text), 'GET');
      const flushed = await see(async ({ response }) => {
        response.write(text);
        await response.flush();
      }, 'GET');
      expect(withoutLength(flushed), text).to.deep.equal(withoutLength(atOnce));
      expect(flushed.head).to.not.contain('content-length');
    }
  });
});

describe('what core puts in the head by itself', () => {
  it('is what the checked members would have put there', async () => {
    for (const [type, value] of [
      ['text', 'Hello'],
      ['html', '<p>'],
      ['xml', '<?xml version="1.0"?>'],
      ['json', { a: 1 }],
    ] as const) {
      const byItself = await see(() => value, 'GET');
      const checked = await see(({ response }) => {
        response.type = type;
        response.headers.set(
          'content-length',
          new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)).length,
        );
        return value;
      }, 'GET');
      expect(byItself, type).to.deep.equal(checked);
    }
  });

  it('is nothing that the handler has put there itself', async () => {
    for (const value of ['Hello', { a: 1 }, new Uint8Array([1])]) {
      const own = await see(({ response }) => {
        response.type = 'text/csv';
        return value;
      }, 'GET');
      expect(own.head).to.match(/^200\ncontent-type\ntext\/csv; charset=utf-8\ncontent-length\n\d+$/);
    }
  });

  it('is the same where the handler took its own back', async () => {
    const untouched = await see(() => 'x', 'GET');
    const takenBack = await see(({ response }) => {
      response.headers.set('x-first', '1');
      response.headers.set('content-type', 'text/csv');
      response.headers.set('x-last', '2');
      for (const name of ['x-last', 'content-type', 'x-first', 'x-none']) response.headers.delete(name);
      return 'x';
    }, 'GET');
    expect(takenBack).to.deep.equal(untouched);
  });

  it('tells the type of a text by its first letter as it does by the whole', async () => {
    const typeOf = async (text: string): Promise<string | undefined> => {
      const { head } = await see(() => text, 'GET');
      return /content-type\n(.*)/.exec(head)?.[1];
    };
    for (let code = 0; code < 0x100; code += 1) {
      const text = `${String.fromCharCode(code)}p>`;
      // Behind a blank, the whole has to be looked at.
      expect(await typeOf(text), JSON.stringify(text)).to.equal(await typeOf(` ${text}`));
    }
  });

  it('counts the bytes of a text as an encoder does', async () => {
    for (const text of ['', 'a', 'ü', '€', '🌍', '\ud800', '\udc00\ud800', 'aü€🌍\ud800']) {
      const { head, body } = await see(() => text, 'GET');
      expect(head).to.contain(`content-length\n${body.length}`);
    }
  });
});

describe('an answer that its host is given', () => {
  const headOf = ({ status, headers }: HostAnswer): string => `${status}\n${headers.raw().map(String).join('\n')}`;

  /** What a host is given, and how often, when the request is over. */
  async function given(act: Act, detour: Detour): Promise<unknown> {
    const doing = detour.act?.(act) ?? act;
    const listed = detour.listed?.(doing) ?? defineHandler(declaration, (context: HttpContext) => doing(context));
    const app = createApp({ development: false, onError: () => {}, ...detour.options, handlers: [listed] });
    const heads: string[] = [];
    const body = await new Promise<string>((resolve) =>
      answerOrNotFoundTo(app, { ...host, ...detour.host }, (answer) => {
        heads.push(headOf(answer));
        resolve(bytesOf(answer.body));
      }),
    );
    await app.close();
    return { heads, body };
  }

  for (const [what, act] of Object.entries(acts)) {
    it(`is the one that is promised: ${what}`, async () => {
      for (const [way, detour] of Object.entries(detours)) {
        const { head, body } = await see(act, 'GET', detour);
        expect(await given(act, detour), way).to.deep.equal({ heads: [head], body });
      }
    });
  }

  it('does not wait for a handler that goes on', async () => {
    for (const begin of [
      ({ response }: HttpContext) => void response.flush(),
      async ({ response }: HttpContext) => {
        await Promise.resolve();
        response.end('what there is');
      },
    ]) {
      let leave = (): void => {};
      const held = new Promise<void>((resolve) => (leave = resolve));
      const app = createApp({
        handlers: [
          defineHandler('/', async (context: HttpContext) => {
            await begin(context);
            await held;
          }),
        ],
      });
      const answer = await new Promise<HostAnswer>((resolve) => answerTo(app, host, resolve));
      expect(answer.status).to.equal(200);
      leave();
      if (isStream(answer.body)) await answer.body.return();
      await app.close();
    }
  });

  it('does not wait for a handler that a filter has left', async () => {
    let leave = (): void => {};
    const held = new Promise<void>((resolve) => (leave = resolve));
    const app = createApp({
      handlers: [defineHandler('/', () => held)],
      use: [
        (_context, next) => {
          void next();
          return 'left';
        },
      ],
    });
    const answer = await new Promise<HostAnswer>((resolve) => answerTo(app, host, resolve));
    expect(answer.body).to.equal('left');
    leave();
    await app.close();
  });

  it('comes when the time is over, also while the session is being saved, and once', async () => {
    const clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const never = new Promise<never>(() => {});
      const stored = {
        id: 'a',
        isNew: true,
        values: {},
        save: () => never,
        regenerate: () => never,
        destroy: () => never,
      };
      const session: HostSession = {
        waitMs: 1000,
        turns: { take: async () => () => {} },
        key: () => 'a',
        load: async () => stored,
      };
      const app = createApp({
        onError: () => {},
        timeoutMs: 500,
        handlers: [
          defineHandler({ path: '/', session: 'required' }, async (context: HttpContext) => {
            context.session.set('a', 1);
            return 'never sent';
          }),
        ],
      });
      const statuses: number[] = [];
      answerTo(app, { ...host, session }, ({ status }) => void statuses.push(status));
      await clock.tickAsync(499);
      expect(statuses).to.deep.equal([]);
      await clock.tickAsync(60_000);
      expect(statuses).to.deep.equal([503]);
    } finally {
      clock.uninstall();
    }
  });

  it('is none where no mapping has the path, or 404 for a host that has nobody else', async () => {
    const app = createApp({ handlers: [defineHandler('/', () => 'x')] });
    const answers: HostAnswer[] = [];
    const elsewhere = { ...host, path: '/elsewhere' };
    expect(answerTo(app, elsewhere, (answer) => void answers.push(answer))).to.equal(false);
    expect(answers).to.deep.equal([]);
    answerOrNotFoundTo(app, elsewhere, (answer) => void answers.push(answer));
    expect(answers.map(headOf)).to.deep.equal([headOf(await answerOrNotFound(app, elsewhere))]);
    await app.close();
  });
});
