import { setImmediate as turn } from 'node:timers/promises';
import FakeTimers from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { container } from 'tsyringe';
import { createApp } from './app.js';
import { Barrier } from './barrier.test-support.js';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { Factory } from './decorators/factory.js';
import { Handler } from './decorators/handler.js';
import type { StartupError, VerbenaError } from './errors.js';
import type { HandlerChoice } from './factory.js';
import type { FetchNative } from './fetch.js';
import { recordingApp } from './recording-app.test-support.js';

async function textOf(response: Promise<Response>): Promise<string> {
  return (await response).text();
}

/** A pooled class that counts what becomes of its instances. */
function pooled(path: string) {
  const counts = { built: 0, disposed: 0 };
  const go = new Barrier();
  @Handler(path)
  class Pooled {
    readonly isReusable = true;
    readonly number = (counts.built += 1);
    async processRequest({ request }: HttpContext): Promise<string> {
      if (request.query.has('wait')) await go.passed;
      return `${path} ${this.number}`;
    }
    async [Symbol.asyncDispose](): Promise<void> {
      await turn();
      counts.disposed += 1;
    }
  }
  return { Pooled, counts, go };
}

describe('app.fetch', () => {
  it('needs no this, and hands on what the host passed beside the request', async () => {
    const { fetch } = createApp({
      handlers: [defineHandler('/x', ({ native }: HttpContext) => (native as FetchNative).platform)],
    });
    const answer = await fetch(new Request('http://host/x'), { binding: 1 }, 'more');
    expect(await answer.json()).to.deep.equal([{ binding: 1 }, 'more']);
  });

  it('gives handlers the very request as context.native', async () => {
    const request = new Request('http://host/x');
    const { get } = recordingApp([
      defineHandler('/x', ({ native }: HttpContext) => String((native as FetchNative).request === request)),
    ]);
    expect(await textOf(get(request))).to.equal('true');
  });
});

describe('app.mappings', () => {
  it('lists every mapping as declared, in the order listed', () => {
    @Handler({ verb: 'PUT', path: ['/b', '*.b'], name: 'first' })
    @Handler('GET,POST /a')
    class Several {
      processRequest(): void {}
    }
    @Factory({ path: '/c', verbs: { GET: Several, DELETE: Several } })
    class Factored {}
    const plain = defineHandler('*.ashx', function plain() {});
    const { app } = recordingApp([Factored, Several, plain], { basePath: '/base' });
    expect(app.mappings).to.deep.equal([
      { name: 'Factored', verb: 'GET,DELETE', path: '/base/c', kind: 'factory', target: Factored },
      { name: 'first', verb: 'PUT', path: ['/base/b', '*.b'], kind: 'handler', target: Several },
      { name: 'Several', verb: 'GET,POST', path: '/base/a', kind: 'handler', target: Several },
      { name: 'plain', verb: '*', path: '*.ashx', kind: 'handler', target: plain },
    ]);
  });

  it('gives handlers theirs as context.mapping', async () => {
    const handler = defineHandler({ path: '/x', name: 'mine' }, ({ mapping }: HttpContext) => mapping.name);
    const { app, get } = recordingApp([handler]);
    expect(await textOf(get('/x'))).to.equal('mine');
    expect(app.mappings[0]?.target).to.equal(handler);
  });
});

describe('app.replace', () => {
  it('puts other handlers in the place of the present ones, all at once', async () => {
    const old = defineHandler('/old', () => 'old');
    const { app, get } = recordingApp([old, defineHandler('/both', () => 'first')]);
    app.replace([defineHandler('/new', () => 'new'), defineHandler('/both', () => 'second')]);
    expect((await get('/old')).status).to.equal(404);
    expect(await textOf(get('/new'))).to.equal('new');
    expect(await textOf(get('/both'))).to.equal('second');
    expect(app.mappings.map(({ path }) => path)).to.deep.equal(['/new', '/both']);
  });

  it('lets requests under way end with what they began with', async () => {
    const choosing = new Barrier();
    const released: string[] = [];
    class Old {
      processRequest(): string {
        return 'old';
      }
    }
    @Factory('/x')
    class OldFactory {
      disposed = false;
      async getHandler(): Promise<HandlerChoice> {
        await choosing.passed;
        return Old;
      }
      releaseHandler(): void {
        released.push(this.disposed ? 'after disposal' : 'in time');
      }
      dispose(): void {
        this.disposed = true;
        released.push('disposed');
      }
    }
    const { app, get } = recordingApp([OldFactory]);
    const answer = get('/x');
    app.replace([defineHandler('/x', () => 'new')]);
    expect(await textOf(get('/x'))).to.equal('new');
    expect(released).to.deep.equal([]);
    choosing.open();
    expect(await textOf(answer)).to.equal('old');
    await app.close();
    expect(released).to.deep.equal(['in time', 'disposed']);
  });

  it('keeps the pools of classes listed before and after, and drains those of others', async () => {
    const kept = pooled('/kept');
    const dropped = pooled('/dropped');
    const { app, get } = recordingApp([kept.Pooled, dropped.Pooled]);
    expect(await textOf(get('/kept'))).to.equal('/kept 1');
    const idle = get('/dropped');
    const busy = get('/dropped?wait');
    await idle;
    app.replace([kept.Pooled]);
    expect(await textOf(get('/kept'))).to.equal('/kept 1');
    await turn();
    expect(dropped.counts).to.deep.equal({ built: 2, disposed: 1 });
    dropped.go.open();
    expect(await textOf(busy)).to.equal('/dropped 2');
    await app.close();
    expect(dropped.counts).to.deep.equal({ built: 2, disposed: 2 });
    expect(kept.counts).to.deep.equal({ built: 1, disposed: 1 });
  });

  it('keeps a pool of a class that was a mapping of its own and is now one of a factory', async () => {
    const kept = pooled('/kept');
    @Factory({ path: '/made', verbs: { GET: kept.Pooled } })
    class Making {}
    const { app, get } = recordingApp([kept.Pooled]);
    await get('/kept');
    app.replace([Making]);
    expect(await textOf(get('/made'))).to.equal('/kept 1');
  });

  it('keeps the factories listed before and after', async () => {
    let built = 0;
    @Factory('/x')
    class Counting {
      readonly number = ++built;
      getHandler(): HandlerChoice {
        return { processRequest: () => `${this.number}` };
      }
    }
    const { app, get } = recordingApp([Counting]);
    app.replace([Counting, defineHandler('/y', () => 'y')]);
    expect(await textOf(get('/x'))).to.equal('1');
    expect(await textOf(get('/y'))).to.equal('y');
  });

  it('changes nothing when the list has a fault', async () => {
    const kept = pooled('/kept');
    class Undeclared {
      processRequest(): void {}
    }
    const { app, get } = recordingApp([kept.Pooled]);
    await get('/kept');
    const before = app.mappings;
    expect(() => app.replace([defineHandler('/new', () => 'new'), Undeclared]))
      .to.throw()
      .with.property('code', 'startup');
    expect(app.mappings).to.deep.equal(before);
    expect((await get('/new')).status).to.equal(404);
    expect(await textOf(get('/kept'))).to.equal('/kept 1');
    expect(kept.counts).to.deep.equal({ built: 1, disposed: 0 });
  });

  it('reports every fault at once, each time it is tried', () => {
    class Undeclared {
      processRequest(): void {}
    }
    const { app } = recordingApp([]);
    for (let times = 0; times < 2; times += 1) {
      try {
        app.replace([Undeclared, defineHandler('get /x', () => 'x')]);
        expect.fail('nothing was thrown');
      } catch (error) {
        expect((error as StartupError).errors?.map(({ code }) => code)).to.deep.equal([
          'not-declared',
          'bad-declaration',
        ]);
      }
    }
  });
});

describe('app.close', () => {
  let clock: FakeTimers.Clock;
  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => clock.uninstall());

  it('answers new requests 503, to be asked again elsewhere, and waits for those under way', async () => {
    const go = new Barrier();
    let closed = false;
    const { app, get, errors } = recordingApp([
      defineHandler('GET /x', async () => {
        await go.passed;
        return 'done';
      }),
    ]);
    const answer = get('/x');
    const closing = app.close().then(() => (closed = true));
    const refused = await get('/x');
    expect(refused.status).to.equal(503);
    expect(refused.headers.get('connection')).to.equal('close');
    expect(refused.headers.get('retry-after')).to.equal('1');
    expect(refused.headers.get('content-type')).to.equal('application/problem+json');
    expect((await get('/nowhere')).status).to.equal(404);
    await turn();
    expect(closed).to.equal(false);
    go.open();
    expect(await textOf(answer)).to.equal('done');
    await closing;
    expect((await get('/x')).status).to.equal(503);
    expect({ errors, timers: clock.countTimers() }).to.deep.equal({ errors: [], timers: 0 });
  });

  it('waits for streams as well', async () => {
    const { app, get } = recordingApp([
      defineHandler('/x', async function* () {
        yield 'a';
        yield 'b';
      }),
    ]);
    const answer = await get('/x');
    let closed = false;
    const closing = app.close().then(() => (closed = true));
    await turn();
    expect(closed).to.equal(false);
    expect(await answer.text()).to.equal('ab');
    await closing;
  });

  it('after graceMs aborts those under way: 503 where nothing was sent, a broken body where something was', async () => {
    const reasons: unknown[] = [];
    const listen = ({ signal }: HttpContext): Promise<void> =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(signal.reason as Error);
        }),
      );
    const { app, get, errors } = recordingApp([
      defineHandler('/plain', listen),
      defineHandler('/stream', async (context: HttpContext) => {
        context.response.write('a');
        await context.response.flush();
        await listen(context);
      }),
    ]);
    const plain = get('/plain');
    const reader = (await get('/stream')).body?.getReader();
    await reader?.read();
    const closing = app.close({ graceMs: 500 });
    clock.tick(499);
    await turn();
    expect(reasons).to.deep.equal([]);
    clock.tick(1);
    const answer = await plain;
    expect([answer.status, answer.headers.get('connection')]).to.deep.equal([503, 'close']);
    expect(await reader?.read().catch((error: Error) => error.name)).to.equal('AbortError');
    await closing;
    expect(reasons).to.have.length(2);
    for (const reason of reasons) expect(reason).to.have.property('message', 'The application is closing');
    expect(errors).to.deep.equal([]);
  });

  it('gives up handlers that go on for longer than abandonMs after that', async () => {
    let closed = false;
    const { app, get, errors } = recordingApp([defineHandler('/x', () => new Barrier().passed)], { abandonMs: 100 });
    const answer = get('/x');
    await turn();
    const closing = app.close({ graceMs: 500 }).then(() => (closed = true));
    clock.tick(599);
    await turn();
    expect(closed).to.equal(false);
    clock.tick(1);
    await closing;
    expect((await answer).status).to.equal(503);
    expect((errors as VerbenaError[]).map(({ code }) => code)).to.deep.equal(['abandoned']);
  });

  it('waits a second longer for a handler that was given up to be given back, and no more', async () => {
    for (const settles of [true, false]) {
      const releasing = new Barrier();
      class Hanging {
        processRequest(): Promise<void> {
          return new Barrier().passed;
        }
      }
      @Factory('/x')
      class Source {
        getHandler(): Hanging {
          return new Hanging();
        }
        releaseHandler(): Promise<void> {
          return releasing.passed;
        }
      }
      const { app, get, errors } = recordingApp([Source], { abandonMs: 100 });
      const answer = get('/x');
      await turn();
      let closed = false;
      const closing = app.close({ graceMs: 500 }).then(() => (closed = true));
      clock.tick(1599);
      await turn();
      expect(closed).to.equal(false);
      if (settles) releasing.open();
      else clock.tick(1);
      await closing;
      expect((await answer).status).to.equal(503);
      const codes = (errors as VerbenaError[]).map(({ code }) => code);
      expect(codes).to.deep.equal(settles ? ['abandoned'] : ['abandoned', 'close-unfinished']);
      expect(clock.countTimers()).to.equal(0);
    }
  });

  it('gives up a release that never settles, names its handler, and still disposes what is idle', async () => {
    let disposed = 0;
    class Idle {
      readonly isReusable = true;
      processRequest(): void {}
      dispose(): void {
        disposed += 1;
      }
    }
    class Held {
      processRequest(): void {}
    }
    @Factory('/x')
    class Source {
      getHandler(): Held {
        return new Held();
      }
      releaseHandler(): Promise<void> {
        return new Barrier().passed;
      }
    }
    const { app, get, errors } = recordingApp([Source, defineHandler('/idle', Idle)], { abandonMs: 100 });
    await get('/idle');
    await get('/x');
    const closing = app.close({ graceMs: 500 });
    clock.tick(500);
    await turn();
    clock.tick(1100);
    await closing;
    expect(disposed).to.equal(1);
    expect((errors as VerbenaError[]).map(({ code }) => code)).to.deep.equal(['close-unfinished']);
    expect(String(errors[0])).to.match(/handlers of Held .*after 1600 ms/);
  });

  it('gives up a dispose that never settles', async () => {
    @Handler('/x')
    class Stuck {
      readonly isReusable = true;
      processRequest(): void {}
      dispose(): Promise<void> {
        return new Barrier().passed;
      }
    }
    const { app, get, errors } = recordingApp([Stuck], { abandonMs: 100 });
    await get('/x');
    const closing = app.close({ graceMs: 500 });
    await turn();
    clock.tick(500);
    clock.tick(1100);
    await closing;
    expect((errors as VerbenaError[]).map(({ code }) => code)).to.deep.equal(['close-unfinished']);
  });

  it('waits 10 seconds unless told otherwise', async () => {
    let aborted = false;
    const { app, get } = recordingApp([
      defineHandler('/x', ({ signal }: HttpContext) => {
        signal.addEventListener('abort', () => (aborted = true));
        return new Barrier().passed;
      }),
    ]);
    void get('/x');
    void app.close();
    clock.tick(9999);
    expect(aborted).to.equal(false);
    clock.tick(1);
    expect(aborted).to.equal(true);
  });

  it('waits as long as it takes when graceMs is Infinity', async () => {
    const go = new Barrier();
    const { app, get } = recordingApp([defineHandler('/x', () => go.passed)]);
    const answer = get('/x');
    const closing = app.close({ graceMs: Number.POSITIVE_INFINITY });
    clock.tick(1_000_000_000);
    go.open();
    expect((await answer).status).to.equal(204);
    await closing;
  });

  it('is done when every pool is drained and every factory disposed', async () => {
    const { Pooled, counts, go } = pooled('/pooled');
    let factories = 0;
    @Factory('/x')
    class Disposable {
      getHandler(): HandlerChoice {
        return undefined;
      }
      async [Symbol.asyncDispose](): Promise<void> {
        await turn();
        factories += 1;
      }
    }
    const { app, get } = recordingApp([Pooled, Disposable]);
    await get('/pooled');
    const busy = get('/pooled?wait');
    await turn();
    const closing = app.close();
    go.open();
    await busy;
    await closing;
    expect(counts.disposed).to.equal(counts.built);
    expect(factories).to.equal(1);
  });

  it('is done when what an earlier replace dropped is disposed as well', async () => {
    const disposing = new Barrier();
    let disposed = false;
    @Handler('/x')
    class Slow {
      readonly isReusable = true;
      processRequest(): void {}
      async [Symbol.asyncDispose](): Promise<void> {
        await disposing.passed;
        disposed = true;
      }
    }
    const { app, get } = recordingApp([Slow]);
    await get('/x');
    app.replace([]);
    const closing = app.close();
    expect(await Promise.race([closing, turn('waits')])).to.equal('waits');
    disposing.open();
    await closing;
    expect(disposed).to.equal(true);
  });

  it('goes on past what fails to be disposed, and reports it', async () => {
    let disposed = 0;
    class Failing {
      readonly isReusable = true;
      processRequest(): void {}
      dispose(): void {
        disposed += 1;
        throw new Error('stuck');
      }
    }
    @Handler('/a')
    class A extends Failing {}
    @Handler('/b')
    class B extends Failing {}
    const { app, get, errors } = recordingApp([A, B]);
    await get('/a');
    await get('/b');
    await app.close();
    expect(disposed).to.equal(2);
    expect((errors as VerbenaError[]).map(({ code }) => code)).to.deep.equal(['release-failed', 'release-failed']);
  });

  it('gives the same promise when called again', async () => {
    const { app } = recordingApp([]);
    const closing = app.close();
    expect(app.close({ graceMs: 1 })).to.equal(closing);
    await closing;
    expect(app.close()).to.equal(closing);
  });

  it('leaves the container it was given, and the global one, as they are', async () => {
    class Service {
      disposed = false;
      dispose(): void {
        this.disposed = true;
      }
    }
    const given = container.createChildContainer();
    given.registerSingleton(Service);
    @Handler('/x')
    class Using {
      static readonly inject = [Service] as const;
      constructor(readonly service: Service) {}
      processRequest(): void {}
    }
    const { app, get } = recordingApp([Using], { container: given });
    await get('/x');
    await app.close();
    expect(given.resolve(Service).disposed).to.equal(false);
    const { app: second, get: ask } = recordingApp([Using], { container: given });
    expect((await ask('/x')).status).to.equal(204);
    await second.close();
  });
});
