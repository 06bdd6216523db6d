import { setImmediate as turn } from 'node:timers/promises';
import FakeTimers from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { Barrier } from './barrier.test-support.js';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { Factory } from './decorators/factory.js';
import { Handler } from './decorators/handler.js';
import type { VerbenaError } from './errors.js';
import type { HandlerChoice } from './factory.js';
import type { Filter } from './filter.js';
import { HttpException } from './http-exception.js';
import { recordingApp, type RecordingApp } from './recording-app.test-support.js';

type Options = Parameters<typeof recordingApp>[1];

function answering(answer: (context: HttpContext) => unknown, options?: Options): RecordingApp {
  return recordingApp([defineHandler({ path: '/x', name: 'Answering' }, (context) => answer(context))], options);
}

function codesOf(errors: readonly unknown[]): readonly string[] {
  return (errors as VerbenaError[]).map(({ code }) => code);
}

function aborted(signal: AbortSignal): Promise<DOMException> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason as DOMException);
    else signal.addEventListener('abort', () => resolve(signal.reason as DOMException));
  });
}

/** Identity of a session, as a client's cookie brings it. */
const SESSION = '12345678-1234-4234-8234-123456789abc';

async function problemOf(answer: Response | Promise<Response>): Promise<Record<string, unknown>> {
  const response = await answer;
  expect(response.headers.get('content-type')).to.equal('application/problem+json');
  return (await response.json()) as Record<string, unknown>;
}

describe('context.signal', () => {
  it('aborts when the client goes away, with an AbortError (aspnet-handlers.md I9)', async () => {
    const client = new AbortController();
    const reason = new Barrier<DOMException>();
    const { app, get, errors } = answering(async ({ signal }) => {
      reason.open(await aborted(signal));
    });
    const answer = get('/x', { signal: client.signal });
    client.abort();
    expect((await reason.passed).name).to.equal('AbortError');
    await answer;
    await app.close();
    expect(errors).to.deep.equal([]);
  });

  it('has aborted already when the client was gone before', async () => {
    const { get } = answering(({ signal }) => String(signal.aborted));
    const answer = await get('/x', { signal: AbortSignal.abort() });
    expect(await answer.text()).to.equal('true');
  });

  it('lets a handler that has not seen it end as it wants: who left may still be served a session or a log entry', async () => {
    const client = new AbortController();
    const go = new Barrier();
    const { app, get, errors } = answering(async () => {
      await go.passed;
      return 'done';
    });
    const answer = get('/x', { signal: client.signal });
    client.abort();
    go.open();
    expect(await (await answer).text()).to.equal('done');
    await app.close();
    expect(errors).to.deep.equal([]);
  });

  it('as the reason of a failure is an outcome and not reported; any other failure after it is', async () => {
    for (const [fail, reported] of [
      [(signal: AbortSignal) => signal.reason as unknown, false],
      [() => new DOMException('of a nested fetch', 'AbortError'), false],
      [() => new Error('broken'), true],
    ] as const) {
      const client = new AbortController();
      const { app, get, errors } = answering(async ({ signal }) => {
        await aborted(signal);
        throw fail(signal);
      });
      const answer = get('/x', { signal: client.signal });
      client.abort();
      await answer;
      await app.close();
      expect(errors).to.have.length(reported ? 1 : 0);
    }
  });

  it('does not abort when all went well', async () => {
    let signal: AbortSignal | undefined;
    const client = new AbortController();
    const { app, get } = answering((context) => {
      ({ signal } = context);
      return 'fine';
    });
    await get('/x', { signal: client.signal });
    client.abort();
    await app.close();
    expect(signal?.aborted).to.equal(false);
  });

  it('aborts when the reader of a stream leaves', async () => {
    const reason = new Barrier<DOMException>();
    const { get } = answering(async ({ response, signal }) => {
      void aborted(signal).then(reason.open);
      await response.flush();
    });
    await (await get('/x')).body?.cancel();
    expect((await reason.passed).name).to.equal('AbortError');
  });
});

describe('a client that goes away', () => {
  let clock: FakeTimers.Clock;
  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => clock.uninstall());

  it('keeps nobody waiting for the answer of a handler that never settles', async () => {
    const client = new AbortController();
    const { app, get, errors } = answering(() => new Barrier().passed, { abandonMs: 1000 });
    const answer = get('/x', { signal: client.signal });
    await turn();
    client.abort();
    clock.tick(1000);
    expect((await answer).status).to.equal(499);
    await app.close();
    expect(codesOf(errors)).to.deep.equal(['abandoned']);
  });

  it('has a handler given up that a factory chooses only then, also where that has a time limit of its own', async () => {
    const client = new AbortController();
    const [chosen, began] = [new Barrier<HandlerChoice>(), new Barrier()];
    @Handler({ path: '/own', timeoutMs: 60_000 })
    class Own {
      processRequest(): Promise<void> {
        began.open();
        return new Barrier().passed;
      }
    }
    @Factory('/x')
    class Slow {
      getHandler(): Promise<HandlerChoice> {
        return chosen.passed;
      }
    }
    const { app, get, errors } = recordingApp([Own, Slow], { abandonMs: 1000 });
    const answer = get('/x', { signal: client.signal });
    client.abort();
    chosen.open(Own);
    await began.passed;
    clock.tick(1000);
    expect((await answer).status).to.equal(499);
    await app.close();
    expect(codesOf(errors)).to.deep.equal(['abandoned']);
  });
});

describe('timeoutMs', () => {
  let clock: FakeTimers.Clock;
  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => clock.uninstall());

  it('answers 503 at once, with problem details that show nothing, and aborts the signal with a TimeoutError', async () => {
    const reason = new Barrier<DOMException>();
    const { app, get, errors } = answering(
      async ({ response, signal }) => {
        response.write('lost');
        response.headers.set('x-lost', '1');
        reason.open(await aborted(signal));
        response.write('lost as well');
        return undefined;
      },
      { timeoutMs: 1000 },
    );
    const answer = get('/x');
    await turn();
    clock.tick(999);
    expect(await Promise.race([answer, turn('none')])).to.equal('none');
    clock.tick(1);
    expect((await answer).status).to.equal(503);
    expect((await answer).headers.get('x-lost')).to.equal(null);
    expect(await problemOf(answer)).to.deep.equal({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'The answer took too long',
    });
    const { name, message } = await reason.passed;
    expect([name, message]).to.deep.equal(['TimeoutError', 'Answering took longer than 1000 ms']);
    await app.close();
    expect(errors).to.deep.equal([]);
    expect(clock.countTimers()).to.equal(0);
  });

  it('rejects a flush that comes too late with its reason', async () => {
    const late = new Barrier<unknown>();
    const { get } = answering(
      async ({ response, signal }) => {
        await aborted(signal);
        await response.flush().catch(late.open);
      },
      { timeoutMs: 10 },
    );
    void get('/x');
    await turn();
    clock.tick(10);
    expect(await late.passed).to.have.property('name', 'TimeoutError');
  });

  it('breaks the body off when something was sent already', async () => {
    for (const answer of [
      async ({ response, signal }: HttpContext) => {
        response.write('a');
        await response.flush();
        await aborted(signal);
      },
      async ({ response }: HttpContext) => {
        response.write('a');
        await response.flush();
        response.write('not taken');
      },
      async function* () {
        yield 'a';
        await new Barrier().passed;
      },
    ]) {
      const { app, get, errors } = answering(answer, { timeoutMs: 10 });
      const reader = (await get('/x')).body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
      await reader.read();
      clock.tick(10);
      let end: unknown;
      while (end === undefined) {
        end = await reader.read().then(
          ({ done }) => (done ? 'a proper end' : undefined),
          (failure: unknown) => failure,
        );
      }
      expect(end).to.have.property('name', 'TimeoutError');
      await app.close();
      expect(errors).to.deep.equal([]);
    }
  });

  it('of the handler wins over that of the application, also of one a factory chose', async () => {
    @Handler({ path: '/own', timeoutMs: 10 })
    class Own {
      processRequest(): Promise<void> {
        return new Barrier().passed;
      }
    }
    @Factory({ path: '/chosen', timeoutMs: 500 })
    class Choosing {
      getHandler(): HandlerChoice {
        return Own;
      }
    }
    const { get } = recordingApp([Own, Choosing], { timeoutMs: 1000 });
    const answers = Promise.all([get('/own'), get('/chosen')]);
    await turn();
    clock.tick(10);
    expect((await answers).map(({ status }) => status)).to.deep.equal([503, 503]);
  });

  it('counts while a factory still chooses', async () => {
    @Factory({ path: '/x', timeoutMs: 10 })
    class Slow {
      getHandler(): Promise<HandlerChoice> {
        return new Barrier<HandlerChoice>().passed;
      }
    }
    const { get } = recordingApp([Slow]);
    const answer = get('/x');
    await turn();
    clock.tick(10);
    expect((await answer).status).to.equal(503);
  });

  it('counts while the session waits for its turn, which it then leaves to the next', async () => {
    const go = new Barrier();
    const stored = new Map<string, unknown>([[SESSION, { a: 1 }]]);
    const store = {
      get: async (key: string) => stored.get(key),
      set: async (key: string, value: unknown) => stored.set(key, value),
      delete: async (key: string) => stored.delete(key),
    };
    const log: string[] = [];
    const handler = defineHandler({ path: '/:id', session: 'required' }, async ({ request }: HttpContext) => {
      log.push(request.params['id'] as string);
      await go.passed;
    });
    const { app, get } = recordingApp([handler], { session: { store }, timeoutMs: 100 });
    const ask = (id: string): Promise<Response> => get(`/${id}`, { headers: { cookie: `verbena.sid=${SESSION}` } });
    const a = ask('a');
    await turn();
    const b = ask('b');
    await turn();
    clock.tick(100);
    expect([(await a).status, (await b).status]).to.deep.equal([503, 503]);
    const c = ask('c');
    await turn();
    go.open();
    expect((await c).status).to.equal(204);
    await app.close();
    expect(log).to.deep.equal(['a', 'c']);
  });

  it('does not start a handler whose session came too late', async () => {
    const loading = new Barrier();
    let ran = false;
    const store = { get: () => loading.passed, set: async () => {}, delete: async () => {} };
    const handler = defineHandler({ path: '/x', session: 'required' }, () => {
      ran = true;
    });
    const { app, get, errors } = recordingApp([handler], { session: { store }, timeoutMs: 10 });
    const answer = get('/x', { headers: { cookie: `verbena.sid=${SESSION}` } });
    await turn();
    clock.tick(10);
    expect((await answer).status).to.equal(503);
    loading.open();
    await turn();
    expect({ ran, errors }).to.deep.equal({ ran: false, errors: [] });
    // The session's next request does not wait for it.
    expect((await get('/x', { headers: { cookie: `verbena.sid=${SESSION}` } })).status).to.equal(204);
    await app.close();
  });

  it('lets the next request of the session begin when a handler that goes on is given up', async () => {
    const log: string[] = [];
    const store = { get: async () => ({ a: 1 }), set: async () => {}, delete: async () => {} };
    const handler = defineHandler({ path: '/:id', session: 'required' }, ({ request }: HttpContext) => {
      log.push(request.params['id'] as string);
      return request.params['id'] === 'stuck' ? new Barrier().passed : undefined;
    });
    const { get } = recordingApp([handler], { session: { store }, timeoutMs: 100, abandonMs: 50 });
    const ask = (id: string): Promise<Response> => get(`/${id}`, { headers: { cookie: `verbena.sid=${SESSION}` } });
    void ask('stuck');
    await turn();
    clock.tick(100);
    const next = ask('next');
    await turn();
    expect(log).to.deep.equal(['stuck']);
    clock.tick(50);
    expect((await next).status).to.equal(204);
    expect(log).to.deep.equal(['stuck', 'next']);
  });

  it('does not run a handler after filters that took too long', async () => {
    let ran = false;
    const { app, get, errors } = answering(() => (ran = true), {
      timeoutMs: 10,
      use: [
        async ({ signal }, next) => {
          await aborted(signal);
          return next();
        },
      ],
    });
    const answer = get('/x');
    await turn();
    clock.tick(10);
    expect((await answer).status).to.equal(503);
    await app.close();
    expect({ ran, errors }).to.deep.equal({ ran: false, errors: [] });
  });

  for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 31]) {
    it(`of ${timeoutMs} is no limit`, async () => {
      const go = new Barrier();
      const { get } = answering(() => go.passed, { timeoutMs });
      const answer = get('/x');
      await turn();
      clock.tick(100_000_000);
      go.open();
      expect((await answer).status).to.equal(204);
    });
  }

  it('leaves no timer behind when the request is over', async () => {
    for (const end of [() => 'text', () => Promise.reject(new Error('broken'))]) {
      const { get } = answering(end, { timeoutMs: 10_000 });
      await get('/x');
      await turn();
      expect(clock.countTimers()).to.equal(0);
    }
  });
});

describe('an error nobody expected', () => {
  const secret = new Error('the secret', { cause: new Error('the deeper secret') });

  it('is a 500 that shows nothing of it, and all of it in onError, with the context', async () => {
    const told: unknown[] = [];
    const { get } = answering(
      ({ response }) => {
        response.write('lost');
        response.headers.set('x-lost', '1');
        response.cookies.set('lost', '1');
        throw secret;
      },
      { onError: (error, context) => told.push(error, context?.request.path) },
    );
    for (const accept of ['*/*', 'text/html']) {
      const answer = await get('/x', { headers: { accept } });
      expect(answer.status).to.equal(500);
      const text = await answer.text();
      expect(text).to.not.include('secret').and.not.include('exchange.test').and.not.include('lost');
      expect([...answer.headers].flat().join()).to.not.include('lost');
    }
    expect(told).to.deep.equal([secret, '/x', secret, '/x']);
  });

  it('is shown with its stack and causes in development', async () => {
    const { get } = answering(
      () => {
        throw secret;
      },
      { development: true },
    );
    const problem = await problemOf(get('/x'));
    expect(problem).to.include({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'Error: the secret',
    });
    expect(problem['stack']).to.include('exchange.test').and.include('the deeper secret');
  });

  it('is HTML for a client that prefers it, with everything escaped', async () => {
    const { get } = answering(
      () => {
        throw new Error(`<script>alert("1")</script>&'`);
      },
      { development: true },
    );
    const answer = await get('/x', { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(answer.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(answer.headers.get('vary')).to.equal('Accept');
    const text = await answer.text();
    expect(text).to.include('500 Internal Server Error').and.not.include('<script>').and.not.include(`&'`);
    expect(text).to.include('&#60;script&#62;');
  });

  it('may be anything: a string, undefined, null, an object that cannot be shown', async () => {
    const unprintable = Object.create(null) as object;
    for (const thrown of ['text', undefined, null, 7, unprintable]) {
      for (const development of [false, true]) {
        const { get, errors } = answering(
          () => {
            // oxlint-disable-next-line typescript/only-throw-error -- it is what authors may do
            throw thrown;
          },
          { development },
        );
        expect((await get('/x')).status).to.equal(500);
        expect(errors[0]).to.equal(thrown);
      }
    }
  });

  it('reaches the console when there is no onError, and does no harm when onError itself fails', async () => {
    const said: unknown[][] = [];
    const { error: original } = console;
    console.error = (...parts: unknown[]) => void said.push(parts);
    try {
      const options = { onError: undefined } as unknown as Options;
      expect((await answering(() => Promise.reject(secret), options).get('/x')).status).to.equal(500);
      const failing = {
        onError: () => {
          throw new Error('broken too');
        },
      };
      expect((await answering(() => Promise.reject(secret), failing).get('/x')).status).to.equal(500);
    } finally {
      console.error = original;
    }
    expect(said[0]).to.deep.equal([secret]);
    expect(said[1]).to.include(secret);
    expect(said).to.have.length(2);
  });
});

describe('an HttpException', () => {
  it('is the answer, with its detail, and is reported from 500 on only', async () => {
    const thrown = [
      new HttpException(404, 'No such order'),
      new HttpException(503, 'Later', { headers: { 'retry-after': '9' } }),
    ];
    for (const exception of thrown) {
      const { get, errors } = answering(() => Promise.reject(exception));
      const answer = await get('/x');
      expect(answer.status).to.equal(exception.status);
      expect(answer.headers.get('retry-after')).to.equal(exception.status === 503 ? '9' : null);
      expect(await problemOf(answer)).to.include({ status: exception.status, detail: exception.detail });
      expect(errors).to.deep.equal(exception.status === 503 ? [exception] : []);
    }
  });

  it('shows no stack, even in development', async () => {
    const { get } = answering(() => Promise.reject(new HttpException(409)), { development: true });
    expect(await problemOf(get('/x'))).to.deep.equal({ type: 'about:blank', title: 'Conflict', status: 409 });
  });
});

describe('answers no handler gives', () => {
  const app = (): RecordingApp =>
    recordingApp([
      defineHandler('GET /items', () => 'items'),
      defineHandler('PUT,DELETE /items', () => 'changed'),
      defineHandler({ path: '/typed', verb: 'GET', produces: ['text/csv', 'json'] }, () => '[]'),
    ]);

  it('to a path nobody has: 404', async () => {
    expect(await problemOf(app().get('/nowhere'))).to.deep.equal({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
    });
  });

  it('to a verb nobody takes: 405, with every verb the path takes in Allow', async () => {
    const answer = await app().get('/items', { method: 'POST' });
    expect(answer.headers.get('allow')).to.equal('GET, HEAD, PUT, DELETE');
    expect(await problemOf(answer)).to.deep.equal({
      type: 'about:blank',
      title: 'Method Not Allowed',
      status: 405,
      detail: 'POST is not allowed here',
    });
  });

  it('to OPTIONS: 204 with Allow, unless it is mapped', async () => {
    const answer = await app().get('/items', { method: 'OPTIONS' });
    expect([answer.status, answer.headers.get('allow'), answer.headers.get('content-length')]).to.deep.equal([
      204,
      'GET, HEAD, PUT, DELETE',
      null,
    ]);
    const { get } = recordingApp([defineHandler('OPTIONS /x', () => 'mapped')]);
    expect(await (await get('/x', { method: 'OPTIONS' })).text()).to.equal('mapped');
    expect((await app().get('/nowhere', { method: 'OPTIONS' })).status).to.equal(404);
  });

  it('to a client that takes none of the types: 406, naming them; other clients get the one they like best', async () => {
    const { get } = app();
    const refused = await get('/typed', { headers: { accept: 'image/png' } });
    expect(refused.headers.get('vary')).to.equal('Accept');
    expect(await problemOf(refused)).to.deep.equal({
      type: 'about:blank',
      title: 'Not Acceptable',
      status: 406,
      detail: 'This can be had as text/csv, application/json',
    });
    for (const [accept, type] of [
      ['*/*', 'text/csv; charset=utf-8'],
      ['application/json', 'application/json'],
      ['text/csv;q=0.1, application/json;q=0.9', 'application/json'],
    ] as const) {
      const answer = await get('/typed', { headers: { accept } });
      expect([answer.headers.get('content-type'), answer.headers.get('vary')]).to.deep.equal([type, 'Accept']);
    }
  });

  it('to HEAD have the fields of the problem and no content', async () => {
    const { get } = app();
    for (const [path, accept, status] of [
      ['/nowhere', '*/*', 404],
      ['/typed', 'image/png', 406],
    ] as const) {
      const head = await get(path, { method: 'HEAD', headers: { accept } });
      const length = (await (await get(path, { headers: { accept } })).text()).length;
      expect([head.status, head.headers.get('content-length'), await head.text()]).to.deep.equal([
        status,
        String(length),
        '',
      ]);
    }
    const { get: failing } = answering(() => {
      throw new Error('broken');
    });
    const head = await failing('/x', { method: 'HEAD' });
    expect([head.status, await head.text()]).to.deep.equal([500, '']);
  });

  it('are HTML for a client that prefers it', async () => {
    const answer = await app().get('/nowhere', { headers: { accept: 'text/html' } });
    expect(answer.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(await answer.text()).to.include('404 Not Found');
  });
});

describe('context.resolve', () => {
  it('is refused with code no-request-scope when the request is over', async () => {
    let kept: HttpContext | undefined;
    const { app, get } = answering((context) => {
      kept = context;
    });
    await get('/x');
    await app.close();
    class Anything {}
    expect(() => kept?.resolve(Anything))
      .to.throw('Anything was asked for after GET /x was over')
      .with.property('code', 'no-request-scope');
  });
});

describe('an onError that is asynchronous', () => {
  it('may fail without harm', async () => {
    const said: unknown[][] = [];
    const original = console.error;
    console.error = (...parts: unknown[]) => said.push(parts);
    try {
      const down = new Error('log is down');
      const failing = defineHandler('/x', () => {
        throw new Error('broken');
      });
      const { get } = recordingApp([failing], { onError: () => Promise.reject(down) });
      expect((await get('/x')).status).to.equal(500);
      await new Promise(setImmediate);
      expect(said.flat()).to.include(down);
    } finally {
      console.error = original;
    }
  });
});

describe('a handler that is lent', () => {
  it('is not lent again while a generator of its that nobody reads still ends what it is at', async () => {
    const [stopping, goOn] = [new Barrier(), new Barrier()];
    let most = 0;
    class Show {
      readonly isReusable = true;
      #users = 0;
      async *processRequest(): AsyncGenerator<string> {
        most = Math.max(most, ++this.#users);
        try {
          yield 'first';
          yield 'second';
        } finally {
          stopping.open(undefined);
          await goOn.passed;
          this.#users -= 1;
        }
      }
    }
    const { get } = recordingApp([defineHandler('/x', Show)]);
    await get('/x', { method: 'HEAD' });
    await stopping.passed;
    await get('/x', { method: 'HEAD' });
    goOn.open(undefined);
    expect(most).to.equal(1);
  });

  it('is disposed when a generator of its that was stopped has ended what it is at, and the application waits for that', async () => {
    const [stopping, goOn] = [new Barrier(), new Barrier()];
    const log: string[] = [];
    class Show {
      async *processRequest(): AsyncGenerator<string> {
        try {
          yield 'first';
          yield 'second';
        } finally {
          stopping.open();
          await goOn.passed;
          log.push('ended');
        }
      }
      dispose(): void {
        log.push('disposed');
      }
    }
    const { app, get, errors } = recordingApp([defineHandler('/x', Show)]);
    const reader = (await get('/x')).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await stopping.passed;
    await turn();
    expect(log).to.deep.equal([]);
    const closed = app.close().then(() => log.push('closed'));
    goOn.open();
    await closed;
    expect(log).to.deep.equal(['ended', 'disposed', 'closed']);
    expect(errors).to.deep.equal([]);
  });

  it('is given up when a generator of its goes on for longer than abandonMs after it was stopped', async () => {
    const clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const log: string[] = [];
      class Show {
        async *processRequest(): AsyncGenerator<string> {
          try {
            yield 'first';
          } finally {
            await new Barrier().passed;
          }
        }
        dispose(): void {
          log.push('disposed');
        }
      }
      const { app, get, errors } = recordingApp([defineHandler({ path: '/x', name: 'Show' }, Show)], {
        abandonMs: 100,
      });
      await get('/x', { method: 'HEAD' });
      await turn();
      expect(log).to.deep.equal([]);
      clock.tick(100);
      await turn();
      expect(log).to.deep.equal(['disposed']);
      expect(errors.map((error) => (error as VerbenaError).code)).to.deep.equal(['abandoned']);
      expect(String(errors[0])).to.include('Show went on for 100 ms after HEAD /x had been answered');
      await app.close();
    } finally {
      clock.uninstall();
    }
  });

  it('is not run any more by a filter that goes on after the request is over', async () => {
    let runs = 0;
    let goOn: (() => unknown) | undefined;
    class Show {
      processRequest(): void {
        runs += 1;
      }
    }
    const filter: Filter = async ({ response }, next) => {
      goOn = next;
      response.write('head');
      await response.flush();
    };
    const { get } = recordingApp([defineHandler({ path: '/x', use: [filter] }, Show)]);
    expect(await (await get('/x')).text()).to.equal('head');
    const late = await Promise.resolve()
      .then(() => goOn?.())
      .catch((error: unknown) => error);
    expect(late).to.have.property('code', 'response-ended');
    expect(runs).to.equal(0);
  });

  it('is not used again when it failed, whatever a filter made of that', async () => {
    let built = 0;
    class Show {
      readonly isReusable = true;
      constructor() {
        built += 1;
      }
      processRequest(): void {
        throw new Error('broken');
      }
    }
    const filter: Filter = async (_context, next) => {
      try {
        return await next();
      } catch {
        return 'mended';
      }
    };
    const { get } = recordingApp([defineHandler({ path: '/x', use: [filter] }, Show)]);
    expect(await (await get('/x')).text()).to.equal('mended');
    await get('/x');
    expect(built).to.equal(2);
  });
});

describe('what a handler gives back', () => {
  it('is asked for its iterator once', async () => {
    let asked = 0;
    const once = {
      [Symbol.asyncIterator]() {
        asked += 1;
        let left = 2;
        return { next: async () => (left-- > 0 ? { done: false, value: 'a' } : { done: true, value: undefined }) };
      },
    };
    const { get } = recordingApp([defineHandler('/x', () => once)]);
    expect(await (await get('/x')).text()).to.equal('aa');
    expect(asked).to.equal(1);
  });

  it('is waited for when it is a function with a then, as await does', async () => {
    const query = thenable(
      () => {},
      (resolve) => resolve('rows'),
    );
    const { get } = recordingApp([defineHandler('/x', () => query)]);
    expect(await (await get('/x')).text()).to.equal('rows');
  });

  it('is waited for after end(), also when its then gives nothing back', async () => {
    const { get, errors } = recordingApp([
      defineHandler('/x', ({ response }) => {
        try {
          response.end('ended');
        } catch {
          // Caught, as by a handler that catches everything.
        }
        return thenable({}, (resolve) => resolve(undefined));
      }),
    ]);
    expect(await (await get('/x')).text()).to.equal('ended');
    expect(errors).to.deep.equal([]);
  });

  it('is let go when it is a Response with a header that cannot be sent', async () => {
    const cancelled = new Barrier();
    const { get } = recordingApp([
      defineHandler(
        '/x',
        () =>
          new Response(new ReadableStream({ cancel: () => cancelled.open(undefined) }), {
            headers: { 'content-length': '1, 1' },
          }),
      ),
    ]);
    expect((await get('/x')).status).to.equal(500);
    await cancelled.passed;
  });
});

/** What is no promise, but awaited like one. */
function thenable(target: object, then: (resolve: (value: unknown) => void) => void): object {
  return Object.defineProperty(target, 'then', { value: then });
}
