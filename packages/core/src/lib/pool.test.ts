import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import FakeTimers from '@sinonjs/fake-timers';
import { expect } from 'chai';
import fc from 'fast-check';
import { answerOrNotFound } from '../adapter.js';
import { Barrier } from './barrier.test-support.js';
import { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { Handler } from './decorators/handler.js';
import { Factory } from './decorators/factory.js';
import type { VerbenaError } from './errors.js';
import { FetchRequest } from './fetch.js';
import { HttpException } from './http-exception.js';
import { recordingApp } from './recording-app.test-support.js';

/** Which instance answered, by the order in which instances were built. */
async function answers(responses: Iterable<Promise<Response>>): Promise<readonly string[]> {
  return Promise.all([...responses].map(async (response) => (await response).text()));
}

describe('HttpHandler.isReusable', () => {
  it('when absent or false, has an instance built for each request and disposed after it (aspnet-handlers.md F4)', async () => {
    const log: string[] = [];
    let built = 0;
    @Handler('/x')
    class Single {
      readonly number = ++built;
      isReusable?: boolean;
      constructor() {
        if (this.number > 1) this.isReusable = false;
      }
      processRequest(): string {
        return `${this.number}`;
      }
      dispose(): void {
        log.push(`disposed ${this.number}`);
      }
    }
    const { get } = recordingApp([Single]);
    expect(await answers([get('/x')])).to.deep.equal(['1']);
    expect(await answers([get('/x')])).to.deep.equal(['2']);
    expect(log).to.deep.equal(['disposed 1', 'disposed 2']);
  });

  it('when true, lends the instance to the next request, whatever the first wrote into it', async () => {
    let built = 0;
    @Handler('/x')
    class Pooled {
      readonly isReusable = true;
      readonly number = ++built;
      processRequest(): string {
        return `${this.number}`;
      }
    }
    const { get } = recordingApp([Pooled]);
    for (let request = 0; request < 3; request += 1) expect(await answers([get('/x')])).to.deep.equal(['1']);
  });

  it('is read each time the handler is given back, so it may change its mind (aspnet-handlers.md F4)', async () => {
    let built = 0;
    const disposed: number[] = [];
    @Handler('/x')
    class Fickle {
      readonly number = ++built;
      #uses = 0;
      get isReusable(): boolean {
        return this.#uses < 2;
      }
      processRequest(): string {
        this.#uses += 1;
        return `${this.number}`;
      }
      dispose(): void {
        disposed.push(this.number);
      }
    }
    const { get } = recordingApp([Fickle]);
    const seen: string[] = [];
    for (let request = 0; request < 5; request += 1) seen.push(...(await answers([get('/x')])));
    expect(seen).to.deep.equal(['1', '1', '2', '2', '3']);
    expect(disposed).to.deep.equal([1, 2]);
  });

  it('when it throws, as a getter, has the instance dropped, the failure reported, and its place given on', async () => {
    let disposed = 0;
    @Handler({ path: '/x', pool: { max: 1 } })
    class Broken {
      get isReusable(): boolean {
        throw new Error('no idea');
      }
      processRequest(): string {
        return 'fine';
      }
      async [Symbol.asyncDispose](): Promise<void> {
        await turn();
        disposed += 1;
      }
    }
    const { app, get, errors } = recordingApp([Broken]);
    expect(await answers([get('/x'), get('/x')])).to.deep.equal(['fine', 'fine']);
    await app.close();
    expect(errors.map(String)).to.deep.equal(['Error: no idea', 'Error: no idea']);
    expect(disposed).to.equal(2);
  });

  it('never shares an instance among a thousand requests at once, and keeps as many as ran at once (aspnet-handlers.md F4)', async () => {
    let built = 0;
    let shared = 0;
    const go = new Barrier();
    @Handler('/x')
    class Busy {
      readonly isReusable = true;
      readonly number = ++built;
      #busy = false;
      async processRequest(): Promise<string> {
        if (this.#busy) shared += 1;
        this.#busy = true;
        await go.passed;
        await turn();
        this.#busy = false;
        return `${this.number}`;
      }
    }
    const { get } = recordingApp([Busy]);
    const all = (): Promise<Response>[] => Array.from({ length: 1000 }, () => get('/x'));
    const first = all();
    await turn();
    expect(built).to.equal(1000);
    go.open();
    expect(new Set(await answers(first)).size).to.equal(1000);
    expect(new Set(await answers(all())).size).to.equal(1000);
    expect({ built, shared }).to.deep.equal({ built: 1000, shared: 0 });
  });
});

describe('bytes that a handler keeps', () => {
  const views: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => unknown>> = {
    'a Uint8Array': (bytes) => bytes,
    'a Buffer': ({ buffer }) => Buffer.from(buffer),
    'an ArrayBuffer': ({ buffer }) => buffer,
    'a DataView': ({ buffer }) => new DataView(buffer),
    'written bytes': (bytes) => bytes,
  };
  for (const [what, view] of Object.entries(views)) {
    class Buffered {
      #bytes = new Uint8Array(2);
      processRequest({ response }: HttpContext): unknown {
        this.#bytes.set([0x68, 0x69]);
        if (what !== 'written bytes') return view(this.#bytes);
        response.write(this.#bytes);
      }
      reset(): void {
        this.#bytes.fill(0);
      }
    }

    it(`are sent as they were returned, though it is reset before they are: ${what}`, async () => {
      class Reusable extends Buffered {
        readonly isReusable = true;
      }
      const { get } = recordingApp([defineHandler('/x', Reusable)]);
      expect(await answers([get('/x'), get('/x')])).to.deep.equal(['hi', 'hi']);
    });

    it(`are sent as they were returned, though a factory takes them back: ${what}`, async () => {
      @Factory('/x')
      class Lending {
        readonly only = new Buffered();
        getHandler(): Buffered {
          return this.only;
        }
        releaseHandler(handler: Buffered): void {
          handler.reset();
        }
      }
      const { get } = recordingApp([Lending]);
      expect(await answers([get('/x'), get('/x')])).to.deep.equal(['hi', 'hi']);
    });
  }

  it('are not copied where no other request can get the handler', async () => {
    const bytes = new Uint8Array(2);
    class Single {
      processRequest(): Uint8Array {
        return bytes;
      }
    }
    const { app } = recordingApp([defineHandler('/class', Single), defineHandler('/function', () => bytes)]);
    for (const path of ['/class', '/function']) {
      const answer = await answerOrNotFound(app, new FetchRequest(new Request(`http://host${path}`), [], undefined));
      expect(answer.body).to.equal(bytes);
    }
  });
});

describe('a pooled handler that failed', () => {
  const failures: readonly (readonly [name: string, fail: () => unknown])[] = [
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'throws an HttpException',
      () => {
        throw new HttpException(404);
      },
    ],
    ['returns what cannot be sent', () => 1n],
    [
      'returns a stream that fails',
      async function* () {
        yield 'first';
        throw new Error('broken');
      },
    ],
  ];
  for (const [name, fail] of failures) {
    it(`is dropped and disposed when it ${name}`, async () => {
      let built = 0;
      const disposed: number[] = [];
      @Handler('/x')
      class Failing {
        readonly isReusable = true;
        readonly number = ++built;
        processRequest({ request }: HttpContext): unknown {
          return request.query.has('fail') ? fail() : `${this.number}`;
        }
        dispose(): void {
          disposed.push(this.number);
        }
      }
      const { get } = recordingApp([Failing]);
      expect(await answers([get('/x')])).to.deep.equal(['1']);
      await (await get('/x?fail')).text().catch(() => {});
      await turn();
      expect(disposed).to.deep.equal([1]);
      expect(await answers([get('/x')])).to.deep.equal(['2']);
    });
  }

  it('gives its place on when its constructor throws', async () => {
    let built = 0;
    @Handler({ path: '/x', pool: { max: 1 } })
    class Moody {
      constructor() {
        built += 1;
        if (built < 3) throw new Error(`no ${built}`);
      }
      processRequest(): string {
        return 'third';
      }
    }
    const { get, errors } = recordingApp([Moody]);
    const responses = await Promise.all([get('/x'), get('/x'), get('/x')]);
    expect(responses.map(({ status }) => status)).to.deep.equal([500, 500, 200]);
    expect(errors.map(String)).to.deep.equal(['Error: no 1', 'Error: no 2']);
  });
});

describe('disposal of handlers', () => {
  it('calls dispose(), or Symbol.asyncDispose, or Symbol.dispose: one of them, once', async () => {
    const log: string[] = [];
    @Handler('/all')
    class All {
      processRequest(): void {}
      dispose(): void {
        log.push('dispose');
      }
      [Symbol.dispose](): void {
        log.push('Symbol.dispose');
      }
      [Symbol.asyncDispose](): Promise<void> {
        log.push('Symbol.asyncDispose');
        return Promise.resolve();
      }
    }
    @Handler('/both')
    class Both {
      processRequest(): void {}
      [Symbol.dispose](): void {
        log.push('sync of both');
      }
      async [Symbol.asyncDispose](): Promise<void> {
        await turn();
        log.push('async of both');
      }
    }
    @Handler('/sync')
    class Sync {
      processRequest(): void {}
      [Symbol.dispose](): void {
        log.push('sync alone');
      }
    }
    const { app, get } = recordingApp([All, Both, Sync]);
    for (const path of ['/all', '/both', '/sync']) await get(path);
    await app.close();
    expect(log.toSorted()).to.deep.equal(['async of both', 'dispose', 'sync alone']);
  });

  it('happens once for a handler that is built in a request scope, in every form', async () => {
    const log: string[] = [];
    @Handler('/one')
    class One {
      static readonly inject = [HttpContext] as const;
      readonly path: string;
      constructor(context: HttpContext) {
        this.path = context.request.path;
      }
      processRequest(): string {
        return this.path;
      }
      dispose(): void {
        log.push('dispose');
      }
    }
    @Handler('/two')
    class Two extends One {
      override dispose = undefined as never;
      [Symbol.asyncDispose](): void {
        log.push('asyncDispose');
      }
    }
    const { app, get } = recordingApp([One, Two]);
    expect(await answers([get('/one'), get('/two')])).to.deep.equal(['/one', '/two']);
    await app.close();
    expect(log.toSorted()).to.deep.equal(['asyncDispose', 'dispose']);
  });

  it('that fails is reported with code release-failed and changes no answer', async () => {
    @Handler('/x')
    class Sticky {
      processRequest(): string {
        return 'fine';
      }
      dispose(): void {
        throw new Error('stuck');
      }
    }
    const { app, get, errors } = recordingApp([Sticky]);
    expect(await answers([get('/x')])).to.deep.equal(['fine']);
    await app.close();
    expect(errors).to.have.length(1);
    const [error] = errors as VerbenaError[];
    expect(error?.code).to.equal('release-failed');
    expect(error?.message).to.include('Sticky');
    expect(String(error?.cause)).to.equal('Error: stuck');
  });
});

describe('pool.max', () => {
  /** A pooled handler whose requests each end when they are told to. */
  function stage(max: number) {
    const running = new Map<string, Barrier<string>>();
    const begun: string[] = [];
    const counts = { built: 0, disposed: 0 };
    @Handler({ path: '/:id', pool: { max } })
    class Staged {
      readonly isReusable = true;
      constructor() {
        counts.built += 1;
      }
      processRequest({ request }: HttpContext): Promise<string> {
        const id = request.params['id'] as string;
        const end = new Barrier<string>();
        begun.push(id);
        running.set(id, end);
        return end.passed;
      }
      dispose(): void {
        counts.disposed += 1;
      }
    }
    const end = async (id: string): Promise<void> => {
      running.get(id)?.open(id);
      await turn();
    };
    return { Staged, running, begun, counts, end };
  }

  it('lets so many requests run at once and the others wait in the order they came', async () => {
    const { Staged, begun, counts, end } = stage(2);
    const { get } = recordingApp([Staged]);
    const all = ['a', 'b', 'c', 'd', 'e'].map((id) => get(`/${id}`));
    await turn();
    expect(begun).to.deep.equal(['a', 'b']);
    await end('b');
    expect(begun).to.deep.equal(['a', 'b', 'c']);
    await end('a');
    await end('c');
    await end('d');
    await end('e');
    expect(begun).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect(await answers(all)).to.deep.equal(['a', 'b', 'c', 'd', 'e']);
    expect(counts.built).to.equal(2);
  });

  it('leaves nothing on the signal of a request whose turn has come', async () => {
    const left: number[] = [];
    @Handler({ path: '/x', pool: { max: 1 } })
    class Listening {
      async processRequest({ signal }: HttpContext): Promise<void> {
        left.push(getEventListeners(signal, 'abort').length);
        await turn();
      }
    }
    const { get } = recordingApp([Listening]);
    await Promise.all([get('/x'), get('/x')]);
    expect(left).to.deep.equal([0, 0]);
  });

  it('has a newcomer wait behind those who wait already, also when a place has just become free', async () => {
    const { Staged, begun, end } = stage(1);
    const { get } = recordingApp([Staged]);
    const first = [get('/a'), get('/b')];
    await turn();
    await end('a');
    const last = get('/c');
    await turn();
    expect(begun).to.deep.equal(['a', 'b']);
    await end('b');
    await end('c');
    expect(await answers([...first, last])).to.deep.equal(['a', 'b', 'c']);
  });

  it('lets a request leave the line when its client goes away, and the next take its turn', async () => {
    const { Staged, begun, counts, end } = stage(1);
    const { get, errors } = recordingApp([Staged]);
    const client = new AbortController();
    const a = get('/a');
    const b = get('/b', { signal: client.signal });
    const c = get('/c');
    await turn();
    client.abort();
    expect((await b).status).to.equal(499);
    await end('a');
    expect(begun).to.deep.equal(['a', 'c']);
    await end('c');
    expect(await answers([a, c])).to.deep.equal(['a', 'c']);
    expect(counts.built).to.equal(1);
    expect(errors).to.deep.equal([]);
  });

  it('does not build anything for a client that was gone before it came to the line', async () => {
    const { Staged, begun, end } = stage(1);
    const { get } = recordingApp([Staged]);
    const a = get('/a');
    expect((await get('/b', { signal: AbortSignal.abort() })).status).to.equal(499);
    await end('a');
    await a;
    expect(begun).to.deep.equal(['a']);
  });

  it('answers 503 to a request whose time runs out while it waits, and gives its turn to the next', async () => {
    const clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const { Staged, begun, end } = stage(1);
      const { get } = recordingApp([Staged], { timeoutMs: 1000 });
      const a = get('/a');
      clock.tick(600);
      const b = get('/b');
      clock.tick(600);
      expect((await a).status).to.equal(503);
      const c = get('/c');
      clock.tick(500);
      expect((await b).status).to.equal(503);
      await end('a');
      expect(begun).to.deep.equal(['a', 'c']);
      await end('c');
      expect(await answers([c])).to.deep.equal(['c']);
    } finally {
      clock.uninstall();
    }
  });

  it('counts instances that factories lend together with those of the class own mapping', async () => {
    const { Staged, begun, end } = stage(1);
    @Factory('/factory/:id')
    class Lending {
      getHandler(): typeof Staged {
        return Staged;
      }
    }
    const { get } = recordingApp([Staged, Lending]);
    const all = [get('/a'), get('/factory/b')];
    await turn();
    expect(begun).to.deep.equal(['a']);
    await end('a');
    expect(begun).to.deep.equal(['a', 'b']);
    await end('b');
    expect(await answers(all)).to.deep.equal(['a', 'b']);
  });

  it('holds under any order of starts, ends, failures and departures: no sharing, first come first served, none lost', async () => {
    type Step = { readonly kind: 'start' | 'finish' | 'fail' | 'leave'; readonly who: number };
    const step: fc.Arbitrary<Step> = fc.record({
      kind: fc.constantFrom('start' as const, 'start' as const, 'finish' as const, 'fail' as const, 'leave' as const),
      who: fc.nat(50),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        fc.array(step, { maxLength: 40 }),
        async (max, fickle, steps) => {
          const alive = new Set<object>();
          const inUse = new Set<object>();
          const running = new Map<number, Barrier>();
          const begun: number[] = [];
          let most = 0;
          @Handler({ path: '/:id', pool: { max } })
          class Modelled {
            #uses = 0;
            constructor() {
              alive.add(this);
            }
            get isReusable(): boolean {
              return !fickle || this.#uses < 2;
            }
            async processRequest({ request }: HttpContext): Promise<void> {
              expect(inUse.has(this), 'lent to two requests').to.equal(false);
              expect(alive.has(this), 'lent after it was disposed').to.equal(true);
              inUse.add(this);
              most = Math.max(most, inUse.size);
              this.#uses += 1;
              const id = Number(request.params['id']);
              const end = new Barrier();
              begun.push(id);
              running.set(id, end);
              try {
                await end.passed;
              } finally {
                running.delete(id);
                inUse.delete(this);
              }
            }
            dispose(): void {
              expect(alive.delete(this), 'disposed twice').to.equal(true);
            }
          }
          const { app, get } = recordingApp([Modelled]);
          const clients: AbortController[] = [];
          const responses: Promise<Response>[] = [];
          const expected: number[] = [];
          const waiting: number[] = [];
          let used = 0;
          const admit = (): void => {
            while (used < max && waiting.length > 0) {
              expected.push(waiting.shift() as number);
              used += 1;
            }
          };
          for (const { kind, who } of steps) {
            if (kind === 'start') {
              const client = new AbortController();
              waiting.push(clients.length);
              responses.push(get(`/${clients.length}`, { signal: client.signal }));
              clients.push(client);
            } else if (kind === 'leave' && clients.length > 0) {
              const id = who % clients.length;
              clients[id]?.abort();
              const place = waiting.indexOf(id);
              if (place >= 0) waiting.splice(place, 1);
            } else if (running.size > 0) {
              const ids = [...running.keys()];
              const end = running.get(ids[who % ids.length] as number);
              if (kind === 'fail') end?.fail(new Error('fails'));
              else end?.open();
              used -= 1;
            }
            admit();
            await turn();
            expect(begun).to.deep.equal(expected);
          }
          while (running.size > 0) {
            for (const end of running.values()) end.open();
            await turn();
          }
          await Promise.all(responses);
          await app.close();
          expect(most).to.be.at.most(max);
          expect(alive.size, 'alive after close').to.equal(0);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('pool.idleMs', () => {
  let clock: FakeTimers.Clock;
  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => clock.uninstall());

  function idling(pool?: { idleMs: number }) {
    const log: string[] = [];
    let built = 0;
    let go = new Barrier();
    @Handler(pool === undefined ? { path: '/x' } : { path: '/x', pool })
    class Idling {
      readonly isReusable = true;
      readonly number = ++built;
      async processRequest(): Promise<string> {
        await go.passed;
        return `${this.number}`;
      }
      dispose(): void {
        log.push(`disposed ${this.number}`);
      }
    }
    const run = async (requests: number, get: (path: string) => Promise<Response>): Promise<readonly string[]> => {
      const all = answers(Array.from({ length: requests }, () => get('/x')));
      await turn();
      go.open();
      const texts = await all;
      go = new Barrier();
      return texts;
    };
    return { Idling, log, run };
  }

  it('drops an instance nobody has used for so long, and no sooner', async () => {
    const { Idling, log, run } = idling({ idleMs: 1000 });
    const { get } = recordingApp([Idling]);
    await run(1, get);
    clock.tick(999);
    expect(log).to.deep.equal([]);
    clock.tick(1);
    await turn();
    expect(log).to.deep.equal(['disposed 1']);
    expect(await run(1, get)).to.deep.equal(['2']);
  });

  it('counts from the last use, and drops each when its own time has come', async () => {
    const { Idling, log, run } = idling({ idleMs: 1000 });
    const { get } = recordingApp([Idling]);
    await run(3, get);
    clock.tick(600);
    const [again] = await run(1, get);
    clock.tick(400);
    await turn();
    expect(log).to.have.length(2).and.not.include(`disposed ${again}`);
    clock.tick(599);
    await turn();
    expect(log).to.have.length(2);
    clock.tick(1);
    await turn();
    expect(log).to.have.length(3).and.include(`disposed ${again}`);
  });

  it('is 60 seconds unless declared', async () => {
    const { Idling, log, run } = idling();
    const { get } = recordingApp([Idling]);
    await run(1, get);
    clock.tick(59_999);
    await turn();
    expect(log).to.deep.equal([]);
    clock.tick(1);
    await turn();
    expect(log).to.deep.equal(['disposed 1']);
  });

  for (const idleMs of [Number.POSITIVE_INFINITY, 2 ** 40]) {
    it(`keeps instances for good when it is ${idleMs}`, async () => {
      const { Idling, log, run } = idling({ idleMs });
      const { get } = recordingApp([Idling]);
      await run(1, get);
      clock.tick(10 * 60_000);
      await turn();
      expect(log).to.deep.equal([]);
      expect(clock.countTimers()).to.equal(0);
    });
  }

  it('leaves no timer behind when the application closes', async () => {
    const { Idling, run } = idling();
    const { app, get } = recordingApp([Idling]);
    await run(2, get);
    expect(clock.countTimers()).to.equal(1);
    await app.close();
    expect(clock.countTimers()).to.equal(0);
  });

  it('reports an idle instance whose disposal fails', async () => {
    @Handler({ path: '/x', pool: { idleMs: 10 } })
    class Sticky {
      readonly isReusable = true;
      processRequest(): void {}
      [Symbol.dispose](): void {
        throw new Error('stuck');
      }
    }
    const { get, errors } = recordingApp([Sticky]);
    await get('/x');
    clock.tick(10);
    await turn();
    expect((errors as VerbenaError[]).map(({ code }) => code)).to.deep.equal(['release-failed']);
  });
});

describe('HttpHandler.reset', () => {
  it('is called and awaited before the instance is lent again, and not when it is dropped', async () => {
    const log: string[] = [];
    const resetting = new Barrier();
    @Handler({ path: '/x', pool: { max: 1 } })
    class Resetting {
      readonly isReusable = true;
      processRequest({ request }: HttpContext): string {
        log.push('run');
        if (request.query.has('fail')) throw new HttpException(400);
        return 'fine';
      }
      async reset(): Promise<void> {
        log.push('reset begins');
        await resetting.passed;
        log.push('reset ends');
      }
    }
    const { get } = recordingApp([Resetting]);
    await get('/x');
    const second = get('/x?fail');
    await turn();
    expect(log).to.deep.equal(['run', 'reset begins']);
    resetting.open();
    expect((await second).status).to.equal(400);
    await turn();
    expect(log).to.deep.equal(['run', 'reset begins', 'reset ends', 'run']);
  });

  for (const [how, reset] of [
    [
      'throws',
      () => {
        throw new Error('unclean');
      },
    ],
    ['rejects', () => Promise.reject(new Error('unclean'))],
  ] as const) {
    it(`drops the instance when it ${how}, and reports it with code release-failed`, async () => {
      let built = 0;
      const disposed: number[] = [];
      @Handler('/x')
      class Unclean {
        readonly isReusable = true;
        readonly number = ++built;
        processRequest(): string {
          return `${this.number}`;
        }
        reset(): void | Promise<void> {
          return reset();
        }
        async [Symbol.asyncDispose](): Promise<void> {
          await turn();
          disposed.push(this.number);
        }
      }
      const { app, get, errors } = recordingApp([Unclean]);
      expect(await answers([get('/x')])).to.deep.equal(['1']);
      await turn();
      expect(await answers([get('/x')])).to.deep.equal(['2']);
      await app.close();
      expect(disposed).to.deep.equal([1, 2]);
      const [error] = errors as VerbenaError[];
      expect(errors).to.have.length(2);
      expect(error?.code).to.equal('release-failed');
      expect(error?.message).to.include('Unclean.reset()');
      expect(String(error?.cause)).to.equal('Error: unclean');
    });
  }

  it('that ends after its class was taken off the list drops the instance', async () => {
    const resetting = new Barrier();
    let disposed = 0;
    @Handler('/x')
    class Resetting {
      readonly isReusable = true;
      processRequest(): void {}
      reset(): Promise<void> {
        return resetting.passed;
      }
      dispose(): void {
        disposed += 1;
      }
    }
    const { app, get } = recordingApp([Resetting]);
    await get('/x');
    app.replace([]);
    await turn();
    resetting.open();
    await turn();
    expect(disposed).to.equal(1);
  });
});

describe('the warning of a pooled handler that keeps a finished request', () => {
  for (const what of ['context', 'request', 'response', 'session'] as const) {
    it(`names the class and the property that holds the ${what}, once`, async () => {
      @Handler({ path: '/x', session: 'required' })
      class Keeper {
        readonly isReusable = true;
        kept: unknown;
        processRequest(context: HttpContext): void {
          this.kept = what === 'context' ? context : context[what];
        }
      }
      const store = new Map<string, unknown>();
      const { get, warnings } = recordingApp([Keeper], {
        development: true,
        session: {
          store: {
            get: async (key) => store.get(key),
            set: async (key, value) => store.set(key, value),
            delete: async (key) => store.delete(key),
          },
        },
      });
      await get('/x');
      await get('/x');
      await turn();
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('Keeper').and.include(what).and.include('"kept"');
    });
  }

  it('is given once for each class', async () => {
    class Keeper {
      readonly isReusable = true;
      kept: unknown;
      processRequest(context: HttpContext): void {
        this.kept = context;
      }
    }
    @Handler('/one')
    class One extends Keeper {}
    @Handler('/two')
    class Two extends Keeper {}
    const { get, warnings } = recordingApp([One, Two], { development: true });
    for (const path of ['/one', '/two', '/one', '/two']) await get(path);
    expect(warnings).to.have.length(2);
  });

  it('is not given to one that clears it in reset(), sets it to nothing, or is not lent again', async () => {
    class Keeper {
      isReusable = true;
      kept: HttpContext | undefined;
      processRequest(context: HttpContext): void {
        this.kept = context;
      }
    }
    @Handler('/reset')
    class Resetting extends Keeper {
      async reset(): Promise<void> {
        await turn();
        this.kept = undefined;
      }
    }
    @Handler('/cleared')
    class Cleared extends Keeper {
      override processRequest(context: HttpContext): void {
        super.processRequest(context);
        this.kept = undefined;
      }
    }
    @Handler('/single')
    class Single extends Keeper {
      override isReusable = false;
    }
    const { app, get, warnings } = recordingApp([Resetting, Cleared, Single], { development: true });
    for (const path of ['/reset', '/cleared', '/single']) await get(path);
    await turn();
    await app.close();
    expect(warnings).to.deep.equal([]);
  });

  it('is given in development only', async () => {
    @Handler('/x')
    class Keeper {
      readonly isReusable = true;
      kept: unknown;
      processRequest(context: HttpContext): void {
        this.kept = context;
      }
    }
    const { get, warnings } = recordingApp([Keeper]);
    await get('/x');
    expect(warnings).to.deep.equal([]);
  });

  it('tells a reusable handler built for one request why it is never used again, once', async () => {
    let built = 0;
    @Handler('/x')
    class Scoped {
      static readonly inject = [HttpContext] as const;
      readonly isReusable = true;
      constructor(readonly context: HttpContext) {
        built += 1;
      }
      processRequest(): void {}
    }
    const { get, warnings } = recordingApp([Scoped], { development: true });
    await get('/x');
    await get('/x');
    expect(built).to.equal(2);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include('Scoped').and.include('belongs to one request');
  });
});

describe('a listed class without processRequest', () => {
  it('is 500, and the report names it and what it lacks', async () => {
    class Forgetful {}
    const { get, errors } = recordingApp([defineHandler('/', Forgetful as never)]);
    expect((await get('/')).status).to.equal(500);
    expect(errors).to.have.length(1);
    expect(errors[0]).to.include({ code: 'not-a-handler' });
    expect(String(errors[0])).to.contain('Forgetful has no processRequest(context)');
  });
});

describe('a pool with a long line', () => {
  it('goes on when its constructor fails for everybody in the line', async () => {
    const [began, goOn] = [new Barrier(), new Barrier()];
    let fails = false;
    class Show {
      constructor() {
        if (fails) throw new Error('no connection');
      }
      async processRequest(): Promise<string> {
        began.open(undefined);
        await goOn.passed;
        return 'shown';
      }
    }
    const { get } = recordingApp([defineHandler({ path: '/x', pool: { max: 1 } }, Show)]);
    const first = get('/x');
    await began.passed;
    const line = Array.from({ length: 5000 }, () => get('/x'));
    fails = true;
    goOn.open(undefined);
    expect((await first).status).to.equal(200);
    expect(new Set((await Promise.all(line)).map(({ status }) => status))).to.deep.equal(new Set([500]));
    fails = false;
    expect((await get('/x')).status).to.equal(200);
  });
});
