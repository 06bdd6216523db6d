import { setImmediate as turn } from 'node:timers/promises';
import FakeTimers from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { Barrier } from './barrier.test-support.js';
import { HttpContext } from './context.js';
import { Factory } from './decorators/factory.js';
import { Handler } from './decorators/handler.js';
import type { VerbenaError } from './errors.js';
import type { HandlerChoice } from './factory.js';
import type { HttpHandler } from './handler.js';
import { HttpException } from './http-exception.js';
import { recordingApp, type RecordingApp } from './recording-app.test-support.js';

type ProcessRequest = HttpHandler['processRequest'];

interface Watched extends RecordingApp {
  /** What happened, in order. */
  readonly log: string[];
}

/** An application with one factory, whose calls are noted, on every path. */
function watching(
  getHandler: (context: HttpContext, verb: string, path: string) => HandlerChoice | Promise<HandlerChoice>,
  options: Parameters<typeof recordingApp>[1] & { readonly verb?: string; readonly onRelease?: () => unknown } = {},
): Watched {
  const log: string[] = [];
  const { verb = '*', onRelease, ...appOptions } = options;
  @Factory({ verb, path: '/**' })
  class Watching {
    getHandler(context: HttpContext, asked: string, path: string): HandlerChoice | Promise<HandlerChoice> {
      return getHandler(context, asked, path);
    }
    async releaseHandler(handler: HttpHandler): Promise<void> {
      log.push(`released ${handler.constructor.name}`);
      await onRelease?.();
    }
  }
  return { log, ...recordingApp([Watching], appOptions) };
}

function codesOf(errors: readonly unknown[]): readonly string[] {
  return (errors as VerbenaError[]).map(({ code }) => code);
}

/** The same behaviour as an instance and as a class, which the application builds. */
function asBothChoices(
  processRequest: ProcessRequest,
): readonly (readonly [how: string, choice: () => HandlerChoice])[] {
  class Chosen {
    processRequest(context: HttpContext): unknown {
      return processRequest.call(this, context);
    }
  }
  return [
    ['an instance', () => new Chosen()],
    ['a class', () => Chosen],
  ];
}

/** All the ways in which a handler may end. */
const ENDINGS: readonly (readonly [ending: string, processRequest: ProcessRequest])[] = [
  ['returned a value', () => 'text'],
  ['returned nothing', () => {}],
  ['wrote', ({ response }) => response.write('text')],
  ['resolved', () => turn('text')],
  ['ended its response', ({ response }) => response.end('text')],
  [
    'ended its response after an await',
    async ({ response }) => {
      await turn();
      response.end('text');
      await turn();
    },
  ],
  [
    'threw',
    () => {
      throw new Error('broken');
    },
  ],
  [
    'threw an HttpException',
    () => {
      throw new HttpException(404);
    },
  ],
  ['rejected', () => Promise.reject(new Error('broken'))],
  ['returned what cannot be sent', () => 1n],
  [
    'flushed and ended',
    async ({ response }) => {
      response.write('a');
      await response.flush();
      response.write('b');
    },
  ],
  [
    'flushed and failed',
    async ({ response }) => {
      await response.flush();
      throw new Error('broken');
    },
  ],
  [
    'returned a stream',
    async function* () {
      yield 'a';
    },
  ],
  [
    'returned a stream that fails',
    async function* () {
      yield 'a';
      throw new Error('broken');
    },
  ],
];

describe('HttpHandlerFactory.releaseHandler', () => {
  for (const [ending, processRequest] of ENDINGS) {
    for (const [how, choice] of asBothChoices(processRequest)) {
      for (const verb of ['GET', 'HEAD']) {
        it(`is called exactly once when ${how} ${ending}, for ${verb} (aspnet-handlers.md G8)`, async () => {
          const { app, get, log } = watching(choice);
          const answer = await get('/x', { method: verb });
          await answer.text().catch(() => {});
          await app.close();
          expect(log).to.deep.equal(['released Chosen']);
        });
      }
    }
  }

  it('is called when a stream is over, long after processRequest has returned, and not before', async () => {
    const go = new Barrier();
    const [[, choice]] = asBothChoices(() =>
      (async function* () {
        yield 'a';
        await go.passed;
        yield 'b';
      })(),
    ) as [readonly [string, () => HandlerChoice]];
    const { get, log } = watching(choice);
    const reader = (await get('/x')).body?.getReader();
    await reader?.read();
    await turn();
    expect(log).to.deep.equal([]);
    go.open();
    await reader?.read();
    await turn();
    expect(log).to.deep.equal([]);
    expect((await reader?.read())?.done).to.equal(true);
    await turn();
    expect(log).to.deep.equal(['released Chosen']);
  });

  it('is not called while the last piece written is still unread', async () => {
    const [[, choice]] = asBothChoices(async ({ response }) => {
      response.write('a');
      await response.flush();
    }) as [readonly [string, () => HandlerChoice]];
    const { get, log } = watching(choice);
    const answer = await get('/x');
    await turn();
    expect(log).to.deep.equal([]);
    await answer.text();
    expect(log).to.deep.equal(['released Chosen']);
  });

  it('is called once when the client goes away before the first byte', async () => {
    for (const processRequest of [
      ({ signal }: HttpContext) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      ({ signal }: HttpContext) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
      ({ signal }: HttpContext) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('other')))),
    ]) {
      for (const [, choice] of asBothChoices(processRequest)) {
        const client = new AbortController();
        const { app, get, log } = watching(choice);
        const answer = get('/x', { signal: client.signal });
        await turn();
        client.abort();
        await answer;
        await app.close();
        expect(log).to.deep.equal(['released Chosen']);
      }
    }
  });

  for (const how of ['cancels the body', 'aborts the request'] as const) {
    it(`is called once when the client goes away in mid-stream: it ${how}`, async () => {
      const streams: readonly ProcessRequest[] = [
        async function* () {
          yield 'a';
          await new Barrier().passed;
        },
        async ({ response, signal }) => {
          response.write('a');
          await response.flush();
          // The client may have left before this.
          if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
        async ({ response }) => {
          for (;;) {
            response.write(new Uint8Array(40_000));
            await response.flush();
          }
        },
      ];
      for (const processRequest of streams) {
        for (const [, choice] of asBothChoices(processRequest)) {
          const client = new AbortController();
          const { app, get, log, errors } = watching(choice);
          const reader = (await get('/x', { signal: client.signal })).body?.getReader();
          await reader?.read();
          const next = reader?.read();
          if (how === 'cancels the body') await reader?.cancel();
          else client.abort();
          await next?.catch(() => {});
          await app.close();
          expect(log).to.deep.equal(['released Chosen']);
          expect(errors).to.deep.equal([]);
        }
      }
    });
  }

  it('is not called while the handler still works, though its client has left in mid-stream', async () => {
    for (const which of [0, 1] as const) {
      const go = new Barrier();
      const [, choice] = asBothChoices(async ({ response }) => {
        await response.flush();
        await go.passed;
      })[which] as ReturnType<typeof asBothChoices>[number];
      const { app, get, log } = watching(choice);
      const answer = await get('/x');
      await turn();
      await answer.body?.cancel();
      await turn();
      expect(log).to.deep.equal([]);
      go.open();
      await app.close();
      expect(log).to.deep.equal(['released Chosen']);
    }
  });

  it('is called once when the client aborts the request and nobody ever reads the stream', async () => {
    for (const [, choice] of asBothChoices(async function* () {
      yield 'a';
    })) {
      const client = new AbortController();
      const { get, log } = watching(choice);
      await get('/x', { signal: client.signal });
      client.abort();
      await turn();
      expect(log).to.deep.equal(['released Chosen']);
    }
  });

  it('is not called when getHandler threw, rejected, or gave nothing or no handler (aspnet-handlers.md G1, G8)', async () => {
    const choices: readonly (() => unknown)[] = [
      () => {
        throw new Error('no');
      },
      () => Promise.reject(new Error('no')),
      () => null,
      () => undefined,
      async () => null,
      () => 'text',
      () => ({}),
      () => () => 'a function',
      () => class NoHandler {},
      () =>
        class Unbuildable {
          constructor() {
            throw new Error('no');
          }
          processRequest(): void {}
        },
    ];
    for (const choice of choices) {
      const { app, get, log } = watching(choice as () => HandlerChoice);
      await get('/x');
      await app.close();
      expect(log, String(choice)).to.deep.equal([]);
    }
  });

  it('that fails is reported, and changes neither the answer nor hides the error of the handler', async () => {
    for (const fail of [
      () => {
        throw new Error('stuck');
      },
      () => Promise.reject(new Error('stuck')),
    ]) {
      for (const [, choice] of asBothChoices(({ request }) => {
        if (request.path === '/fails') throw new Error('broken');
        return 'fine';
      })) {
        const { app, get, errors } = watching(choice, { onRelease: fail });
        expect(await (await get('/x')).text()).to.equal('fine');
        await turn();
        expect(codesOf(errors.splice(0))).to.deep.equal(['release-failed']);
        expect((await get('/fails')).status).to.equal(500);
        await app.close();
        expect(String(errors[0])).to.equal('Error: broken');
        expect(errors).to.have.length(2);
        const released = errors[1] as VerbenaError;
        expect(released.code).to.equal('release-failed');
        expect(released.message).to.include('Watching.releaseHandler').and.include('Chosen');
        expect(String(released.cause)).to.equal('Error: stuck');
      }
    }
  });

  it('that fails stops no other release: the instance is dropped, and what was built for the request disposed', async () => {
    const disposed: string[] = [];
    class OfRequest {
      static readonly inject = [HttpContext] as const;
      constructor(readonly context: HttpContext) {}
      dispose(): void {
        disposed.push('of request');
      }
    }
    class Chosen {
      static readonly inject = [OfRequest] as const;
      constructor(readonly ofRequest: OfRequest) {}
      processRequest(): string {
        return 'fine';
      }
      [Symbol.dispose](): void {
        disposed.push('handler');
        throw new Error('sticky');
      }
    }
    const { app, get, errors } = watching(() => Chosen, {
      onRelease: () => {
        disposed.push('factory');
        throw new Error('stuck');
      },
    });
    expect(await (await get('/x')).text()).to.equal('fine');
    await app.close();
    expect(disposed).to.deep.equal(['factory', 'handler', 'of request']);
    expect(errors).to.have.length(1);
    const { errors: both } = errors[0] as AggregateError;
    expect(codesOf(both)).to.deep.equal(['release-failed', 'release-failed']);
    expect((both as VerbenaError[]).map(({ cause }) => String(cause))).to.deep.equal(['Error: stuck', 'Error: sticky']);
  });

  it('may be left out', async () => {
    @Factory('/x')
    class Careless {
      getHandler(): HandlerChoice {
        return { processRequest: () => 'fine' };
      }
    }
    const { app, get, errors } = recordingApp([Careless]);
    expect(await (await get('/x')).text()).to.equal('fine');
    await app.close();
    expect(errors).to.deep.equal([]);
  });

  describe('when the time runs out', () => {
    let clock: FakeTimers.Clock;
    beforeEach(() => {
      clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    });
    afterEach(() => clock.uninstall());

    it('is called when the handler has settled, not before', async () => {
      for (const settle of ['open', 'fail'] as const) {
        for (const which of [0, 1] as const) {
          const end = new Barrier<unknown>();
          const [, choice] = asBothChoices(() => end.passed)[which] as ReturnType<typeof asBothChoices>[number];
          const { app, get, log } = watching(choice, { timeoutMs: 100 });
          const answer = get('/x');
          await turn();
          clock.tick(100);
          expect((await answer).status).to.equal(503);
          expect(log).to.deep.equal([]);
          end[settle](new Error('late'));
          await app.close();
          expect(log).to.deep.equal(['released Chosen']);
        }
      }
    });

    it('is called once for a handler that never settles, after abandonMs, which is reported; and not again when it does', async () => {
      for (const which of [0, 1] as const) {
        const end = new Barrier<unknown>();
        const [, choice] = asBothChoices(() => end.passed)[which] as ReturnType<typeof asBothChoices>[number];
        const { app, get, log, errors } = watching(choice, { timeoutMs: 100, abandonMs: 1000 });
        const answer = get('/x');
        await turn();
        clock.tick(100);
        await answer;
        clock.tick(999);
        expect({ log, errors }).to.deep.equal({ log: [], errors: [] });
        clock.tick(1);
        await turn();
        expect(log).to.deep.equal(['released Chosen']);
        expect(codesOf(errors)).to.deep.equal(['abandoned']);
        expect(String(errors[0])).to.include('Chosen').and.include('1000 ms').and.include('GET /x');
        end.open('late');
        await turn();
        clock.tick(10_000);
        await app.close();
        expect(log).to.deep.equal(['released Chosen']);
      }
    });

    it('has a handler given up after 30 seconds unless told otherwise', async () => {
      const { get, log } = watching(() => ({ processRequest: () => new Barrier().passed }), { timeoutMs: 100 });
      void get('/x');
      await turn();
      clock.tick(100 + 29_999);
      expect(log).to.deep.equal([]);
      clock.tick(1);
      expect(log).to.deep.equal(['released Object']);
    });

    for (const abandonMs of [Number.POSITIVE_INFINITY, 2 ** 31]) {
      it(`never gives a handler up when abandonMs is ${abandonMs}`, async () => {
        const { get, log } = watching(() => ({ processRequest: () => new Barrier().passed }), {
          timeoutMs: 100,
          abandonMs,
        });
        void get('/x');
        await turn();
        clock.tick(100_000_000);
        expect(log).to.deep.equal([]);
        expect(clock.countTimers()).to.equal(0);
      });
    }

    it('is called for a handler that getHandler gave after the time was over, which never ran', async () => {
      let ran = false;
      for (const late of [0, 1000, 10_000]) {
        for (const [, choice] of asBothChoices(() => {
          ran = true;
        })) {
          const choosing = new Barrier();
          const { app, get, log, errors } = watching(
            async () => {
              await choosing.passed;
              return choice();
            },
            { timeoutMs: 100, abandonMs: 5000 },
          );
          const answer = get('/x');
          await turn();
          clock.tick(100);
          expect((await answer).status).to.equal(503);
          clock.tick(late);
          await turn();
          choosing.open();
          await turn();
          await app.close();
          expect(log, `after ${late} ms`).to.deep.equal(['released Chosen']);
          expect(ran).to.equal(false);
          expect(codesOf(errors)).to.deep.equal(late > 5000 ? ['abandoned'] : []);
        }
      }
    });

    it('gives the place in a pool back of a handler that came after its request was given up', async () => {
      let disposed = 0;
      class Pooled {
        readonly isReusable = true;
        processRequest(): string {
          return 'fine';
        }
        dispose(): void {
          disposed += 1;
        }
      }
      Handler({ pool: { max: 1 } })(Pooled);
      const choosing = new Barrier();
      const { app, get } = watching(
        async () => {
          await choosing.passed;
          return Pooled;
        },
        { timeoutMs: 100, abandonMs: 1000 },
      );
      const answer = get('/x');
      await turn();
      clock.tick(2000);
      await answer;
      choosing.open();
      await turn();
      expect(await (await get('/x')).text()).to.equal('fine');
      await app.close();
      expect(disposed).to.equal(2);
    });

    it('is called at once for a stream that nobody reads on', async () => {
      const streams: readonly ProcessRequest[] = [
        async function* () {
          yield 'a';
          yield 'b';
        },
        async ({ response }) => {
          response.write('a');
          await response.flush();
          response.write('b');
        },
      ];
      for (const processRequest of streams) {
        for (const [, choice] of asBothChoices(processRequest)) {
          const { get, log } = watching(choice, { timeoutMs: 100 });
          const answer = await get('/x');
          await turn();
          expect(log).to.deep.equal([]);
          clock.tick(100);
          await turn();
          expect(log).to.deep.equal(['released Chosen']);
          expect(await answer.text().catch((error: Error) => error.name)).to.equal('TimeoutError');
        }
      }
    });
  });
});

describe('HttpHandlerFactory.getHandler', () => {
  it('is asked with the context, the verb and the path as sent, on one instance for all requests', async () => {
    const asked: unknown[] = [];
    @Factory('/**')
    class Asking {
      readonly number: number = asked.push('built');
      getHandler(context: HttpContext, verb: string, path: string): HandlerChoice {
        asked.push([this.number, context.request.verb, verb, path]);
        return { processRequest: () => 'fine' };
      }
    }
    const { get } = recordingApp([Asking]);
    await get('/a%20b?c=d', { method: 'PURGE' });
    await get('/e', { method: 'POST' });
    expect(asked).to.deep.equal(['built', [1, 'PURGE', 'PURGE', '/a%20b'], [1, 'POST', 'POST', '/e']]);
  });

  it('is asked for GET when HEAD is answered because the mapping takes GET, so that HEAD runs what GET runs', async () => {
    for (const [verb, expected] of [
      ['GET,POST', 'GET'],
      ['G*', 'GET'],
      ['GET,HEAD', 'HEAD'],
      ['*', 'HEAD'],
    ] as const) {
      const asked: string[] = [];
      const { get } = watching(
        (_context, askedVerb) => {
          asked.push(askedVerb);
          return { processRequest: ({ request }) => request.verb };
        },
        { verb },
      );
      const answer = await get('/x', { method: 'HEAD' });
      expect([answer.status, answer.headers.get('content-length'), await answer.text()]).to.deep.equal([200, '4', '']);
      expect(asked).to.deep.equal([expected]);
    }
  });

  for (const nothing of [null, undefined]) {
    it(`that gives ${nothing} is 404, at once or later (aspnet-handlers.md G1, improved)`, async () => {
      for (const choice of [() => nothing, async () => nothing]) {
        const { get, errors } = watching(choice);
        expect((await get('/x')).status).to.equal(404);
        expect(errors).to.deep.equal([]);
      }
    });
  }

  it('that fails is a 500, or the HttpException it throws', async () => {
    const { get, errors } = watching(() => {
      throw new Error('broken');
    });
    expect((await get('/x')).status).to.equal(500);
    expect(errors.map(String)).to.deep.equal(['Error: broken']);
    const refusing = watching(() => Promise.reject(new HttpException(403)));
    expect((await refusing.get('/x')).status).to.equal(403);
    expect(refusing.errors).to.deep.equal([]);
  });

  const strangers: readonly (readonly [name: string, choice: unknown])[] = [
    ['text', 'text'],
    ['Object', {}],
    ['7', 7],
    ['aFunction', function aFunction() {}],
    ['NoHandler', class NoHandler {}],
    [
      'Uncallable',
      class Uncallable {
        processRequest = 7;
      },
    ],
  ];
  for (const [name, choice] of strangers) {
    it(`that gives no handler, ${name}, is a 500, reported with code bad-choice`, async () => {
      const { get, errors } = watching(() => choice as HandlerChoice);
      expect((await get('/x')).status).to.equal(500);
      expect(codesOf(errors)).to.deep.equal(['bad-choice']);
      expect(String(errors[0])).to.include('Watching.getHandler').and.include(name).and.include('GET /x');
    });
  }

  it('may give an object without a class', async () => {
    const bare = Object.assign(Object.create(null) as object, { processRequest: () => 'fine' });
    @Factory('/x')
    class Baring {
      getHandler(): HandlerChoice {
        return bare;
      }
    }
    const { get, errors } = recordingApp([Baring]);
    expect(await (await get('/x')).text()).to.equal('fine');
    expect(errors).to.deep.equal([]);
  });

  it('may give the same instance to several requests at once: it is the factory own', async () => {
    const go = new Barrier();
    let running = 0;
    const shared = {
      processRequest: async () => {
        running += 1;
        await go.passed;
        return `${running}`;
      },
    };
    const { get, log, app } = watching(() => shared);
    const answers = [get('/a'), get('/b')];
    await turn();
    go.open();
    expect(await Promise.all(answers.map(async (answer) => (await answer).text()))).to.deep.equal(['2', '2']);
    await app.close();
    expect(log).to.deep.equal(['released Object', 'released Object']);
  });

  it('that gives a reusable class has it lent from its pool, and is told of each release', async () => {
    let built = 0;
    class Pooled {
      readonly isReusable = true;
      readonly number = ++built;
      processRequest(): string {
        return `${this.number}`;
      }
    }
    const { get, log } = watching(() => Pooled);
    expect(await (await get('/x')).text()).to.equal('1');
    await turn();
    expect(await (await get('/x')).text()).to.equal('1');
    await turn();
    expect(log).to.deep.equal(['released Pooled', 'released Pooled']);
  });

  it('has the handler it chose answer as its class declares', async () => {
    const seen: string[] = [];
    @Handler({
      name: 'Declared',
      produces: ['text/csv'],
      bodyLimitBytes: 2,
      use: [
        async (_context, next) => {
          seen.push('filter');
          return next();
        },
      ],
    })
    class Declared {
      async processRequest({ request }: HttpContext): Promise<string> {
        return request.text();
      }
    }
    for (const choice of [() => Declared, () => new Declared()]) {
      const { get } = watching(choice);
      const answer = await get('/x', { method: 'POST', body: 'ab' });
      expect(answer.headers.get('content-type')).to.equal('text/csv; charset=utf-8');
      expect(await answer.text()).to.equal('ab');
      expect((await get('/x', { method: 'POST', body: 'abc' })).status).to.equal(413);
      expect((await get('/x', { headers: { accept: 'image/png' } })).status).to.equal(406);
    }
    expect(seen).to.have.length(4);
  });

  it('has no session yet, and is told so', async () => {
    const { get, errors } = watching(({ session }) => session as never);
    expect((await get('/x')).status).to.equal(500);
    expect(codesOf(errors)).to.deep.equal(['session-undeclared']);
    expect(String(errors[0])).to.include('before its handler was chosen');
  });

  it('sees context.handler only once it has chosen', async () => {
    const chosen = { processRequest: ({ handler }: HttpContext) => String(handler === chosen) };
    let before: unknown = 'unset';
    const { get } = watching(({ handler }) => {
      before = handler;
      return chosen;
    });
    expect(await (await get('/x')).text()).to.equal('true');
    expect(before).to.equal(undefined);
  });
});

describe('A factory that answers at once', () => {
  interface Behaviour {
    readonly choose: () => unknown;
    readonly onRelease?: () => unknown;
  }

  /** What the client, `onError` and the factory see of two requests, one after the other. */
  async function outcomeOf({ choose, onRelease }: Behaviour, form: 'at once' | 'later'): Promise<unknown> {
    const log: string[] = [];
    const given = (value: () => unknown): unknown => (form === 'at once' ? value() : turn().then(value));
    @Factory('/x')
    class Choosing {
      getHandler(): HandlerChoice {
        return given(choose) as HandlerChoice;
      }
      releaseHandler(handler: HttpHandler): void {
        log.push(`released ${handler.constructor.name}`);
        return given(onRelease ?? (() => {})) as void;
      }
    }
    const { app, get, errors } = recordingApp([Choosing]);
    for (let request = 0; request < 2; request += 1) {
      const answer = await get('/x');
      const body = await answer.text().catch((error: unknown) => String(error));
      log.push(`${answer.status} ${answer.headers.get('content-type')} ${body}`);
      // What is given back later is given back before the next request.
      await turn();
      await turn();
    }
    await app.close();
    return { log, errors: errors.map((error) => `${(error as Partial<VerbenaError>).code} ${String(error)}`) };
  }

  const broken = (): never => {
    throw new Error('stuck');
  };
  const behaviours: (readonly [title: string, behaviour: Behaviour])[] = [];
  for (const [ending, processRequest] of ENDINGS) {
    for (const [how, choose] of asBothChoices(processRequest)) {
      behaviours.push([`${how} that ${ending}`, { choose }]);
      behaviours.push([`${how} that ${ending}, and a release that fails`, { choose, onRelease: broken }]);
    }
  }
  class Reusable {
    readonly isReusable = true;
    #answered = 0;
    processRequest(): string {
      this.#answered += 1;
      return `answered ${this.#answered}`;
    }
  }
  class Unbuildable {
    constructor() {
      throw new Error('no');
    }
    processRequest(): void {}
  }
  behaviours.push(
    ['a reusable class', { choose: () => Reusable }],
    ['a reusable class, and a release that fails', { choose: () => Reusable, onRelease: broken }],
    ['a class that cannot be built', { choose: () => Unbuildable }],
    ['a class that is no handler', { choose: () => class Stranger {} }],
    ['a text', { choose: () => 'text' }],
    ['nothing', { choose: () => undefined }],
    ['null', { choose: () => null }],
    ['a failure', { choose: broken }],
  );
  for (const [title, behaviour] of behaviours) {
    it(`does what one does that answers later, with ${title}`, async () => {
      expect(await outcomeOf(behaviour, 'at once')).to.deep.equal(await outcomeOf(behaviour, 'later'));
    });
  }

  it('has its handler answer and is told of its release before the request is let go of', () => {
    const log: string[] = [];
    @Factory('/x')
    class Prompt {
      getHandler(): HandlerChoice {
        return { processRequest: () => void log.push('answered') };
      }
      releaseHandler(): void {
        log.push('released');
      }
    }
    const { get } = recordingApp([Prompt]);
    void get('/x');
    expect(log).to.deep.equal(['answered', 'released']);
  });
});

describe('a factory with verbs', () => {
  class Show {
    processRequest({ request }: HttpContext): string {
      return `shows ${request.verb}`;
    }
  }
  class Drop {
    processRequest(): string {
      return 'drops';
    }
  }

  it('answers each verb with its class, HEAD with that of GET, and others with 405 and Allow', async () => {
    @Factory({ path: '/x', verbs: { GET: Show, DELETE: Drop } })
    class Both {}
    const { get } = recordingApp([Both]);
    expect(await (await get('/x')).text()).to.equal('shows GET');
    expect(await (await get('/x', { method: 'DELETE' })).text()).to.equal('drops');
    const head = await get('/x', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).to.deep.equal([200, '10', '']);
    const post = await get('/x', { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD, DELETE']);
  });

  it('takes a class of its own for HEAD', async () => {
    @Factory({ path: '/x', verbs: { GET: Drop, HEAD: Show } })
    class Both {}
    const { get } = recordingApp([Both]);
    expect((await get('/x', { method: 'HEAD' })).headers.get('content-length')).to.equal('10');
    expect((await get('/x')).headers.get('content-length')).to.equal('5');
  });

  it('is told of each release when its class has releaseHandler', async () => {
    const released: string[] = [];
    @Factory({ path: '/x', verbs: { GET: Show, DELETE: Drop } })
    class Both {
      readonly #log = released;
      releaseHandler(handler: HttpHandler): void {
        this.#log.push(handler.constructor.name);
      }
    }
    const { app, get } = recordingApp([Both]);
    await get('/x');
    await get('/x', { method: 'DELETE' });
    await get('/x', { method: 'PUT' });
    await app.close();
    expect(released).to.deep.equal(['Show', 'Drop']);
  });

  it('has no verbs from the prototype of the record', async () => {
    @Factory({ path: '/x', verbs: { GET: Show } })
    class One {}
    const { get } = recordingApp([One]);
    for (const verb of ['CONSTRUCTOR', 'constructor', 'toString']) {
      expect((await get('/x', { method: verb })).status).to.equal(405);
    }
  });
});
