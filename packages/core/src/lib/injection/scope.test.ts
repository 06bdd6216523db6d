import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import {
  container as globalContainer,
  delay,
  type DependencyContainer,
  inject,
  injectable,
  injectAll,
  injectWithTransform,
  instanceCachingFactory,
  Lifecycle,
  scoped,
  singleton,
} from 'tsyringe';
import { HttpContext } from '../context.js';
import { defineHandler } from '../decorators/define.js';
import { Factory } from '../decorators/factory.js';
import { Handler } from '../decorators/handler.js';
import { StartupError, VerbenaError } from '../errors.js';
import type { HandlerClass, HttpHandler } from '../handler.js';
import { recordingApp } from '../recording-app.test-support.js';
import type { Declared } from '../site.js';
import { openedBelow } from './opened-containers.test-support.js';

/** A container of the test's own, so that nothing it registers is seen by another. */
function ownContainer(): DependencyContainer {
  return globalContainer.createChildContainer();
}

/** Something that is resolved when it is first used. */
interface Later {
  touch(): void;
}

/** Makes a class count the instances that live: built, and not yet disposed. */
function counting(): {
  readonly Counted: new () => { dispose(): void };
  readonly count: { built: number; alive: number };
} {
  const count = { built: 0, alive: 0 };
  class Counted {
    constructor() {
      count.built += 1;
      count.alive += 1;
    }

    dispose(): void {
      count.alive -= 1;
    }
  }
  return { Counted, count };
}

async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // A WeakRef keeps what it gave out until the current job has ended.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
}

async function texts(get: (path: string) => Promise<Response>, path: string, times: number): Promise<string[]> {
  const answers: string[] = [];
  for (let time = 0; time < times; time += 1) answers.push(await (await get(path)).text());
  return answers;
}

describe('Injection', () => {
  describe('the same graph in legacy form', () => {
    it('builds handler, service, repository, token, request-scoped object, context and singleton', async () => {
      @injectable()
      class Repository {
        constructor(@inject('orders.url') readonly url: string) {}
      }
      @scoped(Lifecycle.ContainerScoped)
      class CurrentUser {
        readonly name: string;
        constructor(context: HttpContext) {
          this.name = context.request.headers.get('user') ?? 'nobody';
        }
      }
      @singleton()
      class Counter {
        value = 0;
      }
      @injectable()
      class Service {
        constructor(
          readonly repository: Repository,
          readonly user: CurrentUser,
          readonly counter: Counter,
        ) {}
      }
      @Handler('GET /orders')
      class ListOrders implements HttpHandler {
        constructor(
          private readonly service: Service,
          private readonly user: CurrentUser,
          private readonly context: HttpContext,
        ) {}

        processRequest(context: HttpContext): unknown {
          this.service.counter.value += 1;
          return {
            url: this.service.repository.url,
            user: this.user.name,
            sameUser: this.service.user === this.user,
            sameContext: this.context === context,
            count: this.service.counter.value,
          };
        }
      }
      const container = ownContainer();
      container.register('orders.url', { useValue: 'db://orders' });
      const { get } = recordingApp([ListOrders], { container });
      const ask = async (user: string): Promise<unknown> => (await get('/orders', { headers: { user } })).json();
      expect(await ask('ann')).to.deep.equal({
        url: 'db://orders',
        user: 'ann',
        sameUser: true,
        sameContext: true,
        count: 1,
      });
      expect(await ask('bob')).to.deep.include({ user: 'bob', count: 2 });
    });
  });

  describe('what lives as long as a request', () => {
    it('10,000 requests leave no disposable transient behind', async () => {
      const { Counted, count } = counting();
      @Handler('GET /plain')
      class Plain {
        static readonly inject = [Counted];
        constructor(readonly counted: object) {}
        processRequest(): string {
          return 'done';
        }
      }
      @Handler('GET /scoped')
      class Scoped {
        static readonly inject = [Counted, HttpContext];
        constructor(
          readonly counted: object,
          readonly context: HttpContext,
        ) {}
        processRequest(): string {
          return 'done';
        }
      }
      const container = ownContainer();
      const { get } = recordingApp([Plain, Scoped], { container });
      let most = 0;
      for (let request = 0; request < 10_000; request += 1) {
        await (await get(request % 2 === 0 ? '/plain' : '/scoped')).text();
        most = Math.max(most, count.alive);
      }
      expect(count).to.deep.equal({ built: 10_000, alive: 0 });
      expect(most).to.be.lessThan(3);
      const { disposables } = container as unknown as { disposables: Set<unknown> };
      const global = globalContainer as unknown as { disposables: Set<unknown> };
      expect(disposables.size).to.equal(0);
      expect([...global.disposables].filter((one) => one instanceof Counted)).to.deep.equal([]);
    });

    it('nothing is held that requests built and nobody has to dispose', async () => {
      const built: WeakRef<object>[] = [];
      class Service {
        constructor() {
          built.push(new WeakRef(this));
        }
      }
      class Show {
        static readonly inject: readonly unknown[] = [Service];
        constructor(readonly service: Service) {
          built.push(new WeakRef(this));
        }
        processRequest(context: HttpContext): void {
          built.push(new WeakRef(context));
        }
      }
      class Scoped extends Show {
        static override readonly inject = [Service, HttpContext];
      }
      const { get } = recordingApp([defineHandler('/plain', Show), defineHandler('/scoped', Scoped)]);
      for (let request = 0; request < 100; request += 1) await get(request % 2 === 0 ? '/plain' : '/scoped');
      await collectGarbage();
      expect(built).to.have.length(300);
      // What the last request left on the stack may still be seen.
      expect(built.filter((one) => one.deref() !== undefined).length).to.be.lessThan(10);
    });

    it('waits for an asynchronous dispose, the latest built first, before the application closes', async () => {
      const log: string[] = [];
      const disposable = (name: string): (new () => object) =>
        class {
          async dispose(): Promise<void> {
            log.push(`${name} begins`);
            await new Promise((resolve) => setImmediate(resolve));
            log.push(`${name} ends`);
          }
        };
      const Connection = disposable('connection');
      class Repository extends disposable('repository') {
        static readonly inject = [Connection];
        constructor(readonly connection: object) {
          super();
        }
      }
      @Handler('/x')
      class Show {
        static readonly inject = [Repository, HttpContext];
        constructor(
          readonly repository: Repository,
          readonly context: HttpContext,
        ) {}
        processRequest(): void {}
      }
      const { app, get } = recordingApp([Show]);
      await get('/x');
      await app.close();
      expect(log).to.deep.equal(['repository begins', 'repository ends', 'connection begins', 'connection ends']);
    });

    it('a dispose that throws is reported and stops no other', async () => {
      const disposed: string[] = [];
      const failing = (name: string): (new () => object) =>
        class {
          dispose(): void {
            disposed.push(name);
            throw new Error(`${name} failed`);
          }
        };
      const First = failing('first');
      const Second = failing('second');
      const Third = failing('third');
      class Show {
        static readonly inject = [First, Second, Third];
        constructor(
          readonly first: object,
          readonly second: object,
          readonly third: object,
        ) {}
        processRequest(): void {}
      }
      class Scoped extends Show {
        static override readonly inject = [First, Second, HttpContext];
      }
      const { app, get, errors } = recordingApp([defineHandler('/plain', Show), defineHandler('/scoped', Scoped)]);
      expect((await get('/scoped')).status).to.equal(204);
      expect((await get('/plain')).status).to.equal(204);
      await app.close();
      expect(disposed).to.deep.equal(['second', 'first', 'third', 'second', 'first']);
      expect(errors.map((error) => (error as VerbenaError).code)).to.deep.equal([
        'release-failed',
        'release-failed',
        'release-failed',
      ]);
      expect((errors[0] as Error).cause).to.have.property('message', 'second failed');
      expect((errors[2] as Error).cause).to.be.an.instanceOf(AggregateError);
    });

    it('what was built before a constructor throws is disposed', async () => {
      const { Counted, count } = counting();
      class Fails {
        constructor() {
          throw new Error('no luck');
        }
      }
      class Show {
        static readonly inject = [Counted, Fails];
        constructor(
          readonly counted: object,
          readonly fails: object,
        ) {}
        processRequest(): void {}
      }
      const { app, get } = recordingApp([defineHandler('/x', Show)]);
      expect((await get('/x')).status).to.equal(500);
      await app.close();
      expect(count).to.deep.equal({ built: 1, alive: 0 });
    });

    it('a dispose made in the constructor is found as well, for each instance its own', async () => {
      let alive = 0;
      class Surprising {
        dispose: () => void;
        constructor() {
          alive += 1;
          this.dispose = () => {
            alive -= 1;
          };
        }
      }
      class Show {
        static readonly inject = [Surprising];
        constructor(readonly surprising: Surprising) {}
        processRequest(): string {
          return String(alive);
        }
      }
      const { app, get } = recordingApp([defineHandler('/x', Show)]);
      expect(await texts(get, '/x', 3)).to.deep.equal(['1', '1', '1']);
      await app.close();
      expect(alive).to.equal(0);
    });

    it('a request handled in the midst of a construction takes nothing of it', async () => {
      const { Counted, count } = counting();
      const alive: number[] = [];
      class Inner {
        static readonly inject = [Counted];
        constructor(readonly counted: object) {}
        processRequest(): void {}
      }
      class Asks {
        readonly answer: Promise<Response>;
        constructor() {
          this.answer = get('/inner');
        }
      }
      class Outer {
        static readonly inject = [Counted, Asks];
        constructor(
          readonly counted: object,
          private readonly asks: Asks,
        ) {}
        async processRequest(): Promise<void> {
          await this.asks.answer;
          await new Promise((resolve) => setImmediate(resolve));
          alive.push(count.alive);
        }
      }
      const { app, get } = recordingApp([defineHandler('/outer', Outer), defineHandler('/inner', Inner)]);
      await get('/outer');
      await app.close();
      expect(alive).to.deep.equal([1]);
      expect(count).to.deep.equal({ built: 2, alive: 0 });
    });

    it('a container-scoped object is one within a request, and another in the next', async () => {
      @scoped(Lifecycle.ContainerScoped)
      class Unit {
        readonly id: symbol = Symbol('unit');
      }
      const seen: Unit[] = [];
      @injectable()
      class Service {
        constructor(readonly unit: Unit) {}
      }
      @Handler('/x')
      class Show {
        constructor(
          private readonly unit: Unit,
          private readonly service: Service,
        ) {}
        processRequest(context: HttpContext): boolean {
          seen.push(this.unit);
          return this.unit === this.service.unit && this.unit === context.resolve(Unit);
        }
      }
      const { get } = recordingApp([Show]);
      expect(await texts(get, '/x', 2)).to.deep.equal(['true', 'true']);
      expect(seen[0]).not.to.equal(seen[1]);
    });

    it('a class declared container-scoped after the container was made is still one for each request', async () => {
      const container = ownContainer();
      class Late {
        readonly id: symbol = Symbol('late');
      }
      scoped(Lifecycle.ContainerScoped)(Late);
      const seen: Late[] = [];
      class Show {
        static readonly inject = [Late];
        constructor(private readonly late: Late) {}
        processRequest(): void {
          seen.push(this.late);
        }
      }
      const { get } = recordingApp([defineHandler('/x', Show)], { container });
      await texts(get, '/x', 2);
      expect(seen).to.have.length(2);
      expect(seen[0]).not.to.equal(seen[1]);
    });

    it('the context is injected into filters, and into whatever factories choose', async () => {
      class Chosen {
        static readonly inject = [HttpContext];
        constructor(private readonly context: HttpContext) {}
        processRequest(context: HttpContext): boolean {
          return this.context === context;
        }
      }
      class Stamp {
        static readonly inject = [HttpContext];
        constructor(private readonly context: HttpContext) {}
        async filter(context: HttpContext, next: () => Promise<unknown>): Promise<unknown> {
          return [this.context === context, await next()];
        }
      }
      @Factory({ path: '/x', use: [Stamp] })
      class Choose {
        getHandler(): HandlerClass {
          return Chosen;
        }
      }
      const { get } = recordingApp([Choose]);
      expect(await (await get('/x')).json()).to.deep.equal([true, true]);
    });

    it('context.resolve gives what belongs to the request, and refuses when the request is over', async () => {
      let kept: HttpContext | undefined;
      const { app, get } = recordingApp([
        defineHandler('/x', (context: HttpContext) => {
          kept = context;
          return context.resolve(HttpContext) === context;
        }),
      ]);
      expect(await (await get('/x')).text()).to.equal('true');
      await app.close();
      expect(() => kept?.resolve(HttpContext))
        .to.throw(VerbenaError, /GET \/x was over/)
        .with.property('code', 'no-request-scope');
    });

    it('context.resolve builds a class that has nothing but static inject', async () => {
      class Leaf {
        readonly value = 'leaf';
      }
      class Branch {
        static readonly inject = [Leaf, HttpContext];
        constructor(
          readonly leaf: Leaf,
          readonly context: HttpContext,
        ) {}
      }
      const { get } = recordingApp([defineHandler('/x', (context: HttpContext) => context.resolve(Branch).leaf.value)]);
      expect(await (await get('/x')).text()).to.equal('leaf');
    });
  });

  describe('what lives longer than a request', () => {
    it('a singleton first resolved inside a request survives it, and is not disposed with it', async () => {
      let disposed = 0;
      @singleton()
      class Connection {
        dispose(): void {
          disposed += 1;
        }
      }
      const seen = new Set<Connection>();
      @Handler('/x')
      class Show {
        constructor(
          private readonly connection: Connection,
          private readonly context: HttpContext,
        ) {}
        processRequest(): boolean {
          seen.add(this.connection);
          return seen.has(this.context.resolve(Connection));
        }
      }
      const { app, get } = recordingApp([Show]);
      expect(await texts(get, '/x', 3)).to.deep.equal(['true', 'true', 'true']);
      await app.close();
      expect(seen.size).to.equal(1);
      expect(disposed).to.equal(0);
    });

    for (const [way, register] of [
      [
        'a factory function',
        (container, type) => container.register('way', { useFactory: (asked) => ({ it: asked.resolve(type) }) }),
      ],
      [
        'delay()',
        (container, type) => {
          class Way {
            static readonly inject = [delay(() => type)];
            constructor(readonly it: object) {}
          }
          container.register('way', { useClass: Way });
        },
      ],
      [
        'an alias',
        (container, type) => {
          container.register('alias', { useToken: type });
          class Way {
            static readonly inject = ['alias'];
            constructor(readonly it: object) {}
          }
          container.register('way', { useClass: Way });
        },
      ],
    ] satisfies [string, (container: DependencyContainer, type: new () => object) => void][]) {
      it(`a singleton reached through ${way} survives the request as well`, async () => {
        const { Counted, count } = counting();
        class Connection extends Counted {
          get isAlive(): boolean {
            return count.alive === 1;
          }
        }
        const container = ownContainer();
        container.registerSingleton(Connection);
        register(container, Connection);
        class Show {
          static readonly inject = ['way', HttpContext];
          constructor(
            private readonly way: { readonly it: Connection },
            readonly context: HttpContext,
          ) {}
          processRequest(): boolean {
            return this.way.it.isAlive;
          }
        }
        const { app, get } = recordingApp([defineHandler('/x', Show)], { container });
        expect(await texts(get, '/x', 3)).to.deep.equal(['true', 'true', 'true']);
        await app.close();
        expect(count).to.deep.equal({ built: 1, alive: 1 });
        await container.dispose();
        expect(count.alive).to.equal(0);
      });
    }

    it('what instanceCachingFactory made is kept whole, and shared by scoped and pooled handlers', async () => {
      const { Counted, count } = counting();
      const container = ownContainer();
      container.register('db', { useFactory: instanceCachingFactory((asked) => asked.resolve(Counted)) });
      const seen = new Set<object>();
      class PerRequest {
        static readonly inject: readonly unknown[] = ['db', HttpContext];
        constructor(readonly db: object) {}
        processRequest(): void {
          seen.add(this.db);
        }
      }
      class Kept extends PerRequest {
        static override readonly inject = ['db'];
        readonly isReusable = true;
      }
      const { app, get } = recordingApp(
        [defineHandler('/scoped', PerRequest), defineHandler({ path: '/pooled', pool: { max: 2 } }, Kept)],
        { container },
      );
      for (const path of ['/scoped', '/pooled', '/scoped', '/pooled']) expect((await get(path)).status).to.equal(204);
      await app.close();
      expect(seen.size).to.equal(1);
      expect(count).to.deep.equal({ built: 1, alive: 1 });
    });

    it('a global singleton may need what only the container of the application has', async () => {
      @singleton()
      class Repository {
        constructor(@inject('repository.url') readonly url: string) {}
      }
      @Handler('/x')
      class Show {
        constructor(private readonly repository: Repository) {}
        processRequest(): string {
          return this.repository.url;
        }
      }
      const container = ownContainer();
      container.register('repository.url', { useValue: 'db://own' });
      const { get } = recordingApp([Show], { container });
      expect(await (await get('/x')).text()).to.equal('db://own');
    });

    it('a singleton of a module imported late survives the request that first asks for it', async () => {
      const { Counted, count } = counting();
      class Late extends Counted {}
      const { app, get } = recordingApp([
        defineHandler('/x', (context: HttpContext) => {
          if (count.built === 0) singleton()(Late);
          context.resolve(Late);
          return count.alive;
        }),
      ]);
      expect(await texts(get, '/x', 3)).to.deep.equal(['1', '1', '1']);
      await app.close();
      expect(count).to.deep.equal({ built: 1, alive: 1 });
    });

    it('a global singleton first needed by one of a smaller container does not end with that', async () => {
      const { Counted, count } = counting();
      class Shared extends Counted {}
      singleton()(Shared);
      class Own {
        static readonly inject = [Shared];
        constructor(readonly shared: Shared) {}
      }
      const container = ownContainer();
      container.registerSingleton(Own);
      class Show {
        static readonly inject = [Own];
        constructor(readonly own: Own) {}
        processRequest(): void {}
      }
      const { app, get } = recordingApp([defineHandler('/x', Show)], { container });
      await get('/x');
      await app.close();
      await container.dispose();
      expect(count).to.deep.equal({ built: 1, alive: 1 });
    });

    for (const [how, needed] of [
      ['through delay()', (_container, type) => delay(() => type)],
      [
        'by a factory function that keeps the container',
        (container, type) => {
          container.register('later', { useFactory: (asked) => ({ touch: () => asked.resolve<Later>(type).touch() }) });
          return 'later';
        },
      ],
    ] satisfies [string, (container: DependencyContainer, type: new () => Later) => unknown][]) {
      it(`what a pooled instance resolves later, ${how}, ends with that instance`, async () => {
        const { Counted, count } = counting();
        class Touched extends Counted implements Later {
          touch(): void {}
        }
        const container = ownContainer();
        const token = needed(container, Touched);
        class Show {
          static readonly inject: readonly unknown[] = [token];
          readonly isReusable = true;
          constructor(private readonly later: Later) {}
          processRequest(): number {
            this.later.touch();
            return count.alive;
          }
        }
        class Other extends Show {}
        const first = defineHandler({ path: '/first', pool: {} }, Show);
        const other = defineHandler({ path: '/other', pool: {} }, Other);
        const { app, get } = recordingApp([first, other], { container });
        expect(await (await get('/first')).text()).to.equal('1');
        expect(await (await get('/other')).text()).to.equal('2');
        app.replace([first]);
        await new Promise((resolve) => setImmediate(resolve));
        expect(count.alive).to.equal(1);
        await app.close();
        expect(count.alive).to.equal(0);
      });
    }

    it('a global singleton shared by two applications outlives the closing of one', async () => {
      const { Counted, count } = counting();
      class Shared extends Counted {}
      singleton()(Shared);
      class Show {
        static readonly inject = [Shared, HttpContext];
        constructor(readonly shared: Shared) {}
        processRequest(): number {
          return count.alive;
        }
      }
      const handler = defineHandler('/x', Show);
      const [one, other] = [recordingApp([handler]), recordingApp([handler])];
      expect(await (await one.get('/x')).text()).to.equal('1');
      expect(await (await other.get('/x')).text()).to.equal('1');
      await one.app.close();
      expect(await (await other.get('/x')).text()).to.equal('1');
      expect(count).to.deep.equal({ built: 1, alive: 1 });
    });

    it('a container given to createApp is not disposed with the application', async () => {
      const { Counted, count } = counting();
      const container = ownContainer();
      container.registerSingleton('shared', Counted);
      class Show {
        static readonly inject = ['shared'];
        constructor(readonly shared: object) {}
        processRequest(): void {}
      }
      const { app, get } = recordingApp([defineHandler('/x', Show)], { container });
      await get('/x');
      await app.close();
      expect(count.alive).to.equal(1);
      expect(container.resolve('shared')).to.be.an.instanceOf(Counted);
    });

    it('a factory is disposed with the application, with what was built for it', async () => {
      const { Counted, count } = counting();
      const log: string[] = [];
      class Choose {
        static readonly inject = [Counted];
        constructor(readonly counted: object) {}
        getHandler(): HttpHandler {
          return { processRequest: () => String(count.alive) };
        }
        async [Symbol.asyncDispose](): Promise<void> {
          log.push('factory');
        }
      }
      Factory('/x')(Choose);
      const { app, get } = recordingApp([Choose]);
      expect(await texts(get, '/x', 2)).to.deep.equal(['1', '1']);
      await app.close();
      expect(log).to.deep.equal(['factory']);
      expect(count.alive).to.equal(0);
    });

    it('a factory listed before and after a replace goes on', async () => {
      const { Counted, count } = counting();
      class Choose extends Counted {
        getHandler(): HttpHandler {
          return { processRequest: () => JSON.stringify(count) };
        }
      }
      Factory('/x')(Choose);
      const { app, get } = recordingApp([Choose]);
      app.replace([Choose, defineHandler('/y', () => 'y')]);
      expect(await (await get('/x')).json()).to.deep.equal({ built: 1, alive: 1 });
      await app.close();
      expect(count.alive).to.equal(0);
    });

    it('a factory that is replaced is disposed when its last request is over', async () => {
      let released!: () => void;
      const mayEnd = new Promise<void>((resolve) => (released = resolve));
      let entered!: () => void;
      const hasEntered = new Promise<void>((resolve) => (entered = resolve));
      let disposed = false;
      class Choose {
        getHandler(): HttpHandler {
          return {
            processRequest: async () => {
              entered();
              await mayEnd;
              return String(disposed);
            },
          };
        }
        dispose(): void {
          disposed = true;
        }
      }
      Factory('/x')(Choose);
      const { app, get } = recordingApp([Choose]);
      const answer = get('/x');
      await hasEntered;
      app.replace([defineHandler('/y', () => 'y')]);
      await new Promise((resolve) => setImmediate(resolve));
      expect(disposed).to.equal(false);
      released();
      expect(await (await answer).text()).to.equal('false');
      await app.close();
      expect(disposed).to.equal(true);
    });
  });

  describe('what tsyringe can register and inject', () => {
    it('factory functions, with and without the container', async () => {
      const container = ownContainer();
      container.register('plain', { useFactory: () => 'plain' });
      container.register('asking', {
        useFactory: (asked) => `asking ${asked.resolve(HttpContext).request.path} ${asked.resolve<string>('plain')}`,
      });
      class Show {
        static readonly inject = ['plain', 'asking'];
        constructor(
          readonly plain: string,
          readonly asking: string,
        ) {}
        processRequest(): unknown {
          return [this.plain, this.asking];
        }
      }
      const { get } = recordingApp([defineHandler('/x', Show)], { container });
      expect(await (await get('/x')).json()).to.deep.equal(['plain', 'asking /x plain']);
    });

    it('a factory function that takes the container does not make a singleton or a factory captive', () => {
      const container = ownContainer();
      container.register('asking', { useFactory: (asked) => ({ asked }) });
      class Service {
        static readonly inject = ['asking'];
        constructor(readonly asking: object) {}
      }
      container.registerSingleton(Service);
      class Choose {
        static readonly inject = ['asking', Service];
        constructor(readonly asking: object) {}
        getHandler(): undefined {}
      }
      Factory('/x')(Choose);
      expect(() => recordingApp([Choose], { container })).not.to.throw();
    });

    it('a pooled handler whose factory function asks for the request after all fails loudly', async () => {
      const container = ownContainer();
      container.register('asking', { useFactory: (asked) => asked.resolve(HttpContext).request.path });
      class Show {
        static readonly inject = ['asking'];
        constructor(readonly asking: string) {}
        processRequest(): void {}
      }
      const { get, errors } = recordingApp([defineHandler({ path: '/x', pool: {} }, Show)], { container });
      expect((await get('/x')).status).to.equal(500);
      expect(String(errors[0])).to.contain('HttpContext was asked for outside a request');
    });

    it('delay(), also to close a circle and to reach what belongs to the request', async () => {
      class Left {
        static readonly inject = [delay(() => Right), HttpContext];
        constructor(
          readonly right: { readonly left: Left },
          readonly context: HttpContext,
        ) {}
      }
      class Right {
        static readonly inject = [delay(() => Left)];
        constructor(readonly left: Left) {}
        processRequest(): string {
          return this.left.context.request.path;
        }
      }
      const { get } = recordingApp([defineHandler('/a', Right)]);
      expect(await (await get('/a')).text()).to.equal('/a');
    });

    it('delay() to something container-scoped gives each request its own', async () => {
      class Unit {
        readonly id: symbol = Symbol('unit');
      }
      const container = ownContainer();
      container.register(Unit, { useClass: Unit }, { lifecycle: Lifecycle.ContainerScoped });
      const seen = new Set<symbol>();
      class Show {
        static readonly inject = [delay(() => Unit)];
        constructor(private readonly unit: Unit) {}
        processRequest(): void {
          seen.add(this.unit.id);
        }
      }
      const { get } = recordingApp([defineHandler('/x', Show)], { container });
      await texts(get, '/x', 2);
      expect(seen.size).to.equal(2);
    });

    it('@inject, @injectAll, optional and transformed parameters', async () => {
      class Upper {
        transform(text: string, mark: string): string {
          return text.toUpperCase() + mark;
        }
      }
      @Handler('/x')
      class Show {
        constructor(
          @inject('text') private readonly text: string,
          @injectAll('many') private readonly many: readonly string[],
          @inject('nobody', { isOptional: true }) private readonly nobody: string | undefined,
          @injectAll('none', { isOptional: true }) private readonly none: readonly string[],
          @injectWithTransform('text', Upper, '!') private readonly upper: string,
        ) {}
        processRequest(): unknown {
          return [this.text, this.many, this.nobody ?? null, this.none, this.upper];
        }
      }
      const container = ownContainer();
      container.register('text', { useValue: 'one' });
      container.register('many', { useValue: 'a' });
      container.register('many', { useFactory: () => 'b' });
      const { get } = recordingApp([Show], { container });
      expect(await (await get('/x')).json()).to.deep.equal(['one', ['a', 'b'], null, [], 'ONE!']);
    });

    it('@injectAll treats each of its registrations by its own lifetime', async () => {
      const container = ownContainer();
      class Kept {
        readonly kind = 'kept';
      }
      class Scoped {
        readonly kind = 'scoped';
      }
      const { Counted: Fresh, count } = counting();
      container.register('plugin', { useClass: Kept }, { lifecycle: Lifecycle.Singleton });
      container.register('plugin', { useClass: Scoped }, { lifecycle: Lifecycle.ContainerScoped });
      container.register('plugin', { useClass: Fresh });
      const seen: object[][] = [];
      class Show {
        constructor(private readonly plugins: object[]) {}
        processRequest(): void {
          seen.push(this.plugins);
        }
      }
      injectAll('plugin')(Show, undefined, 0);
      Reflect.defineMetadata('design:paramtypes', [Array], Show);
      const { app, get } = recordingApp([defineHandler('/x', Show)], { container });
      await texts(get, '/x', 2);
      await app.close();
      const [first = [], second = []] = seen;
      expect(first.map((plugin) => plugin.constructor)).to.deep.equal([Kept, Scoped, Fresh]);
      expect(first.map((plugin, index) => plugin === second[index])).to.deep.equal([true, false, false]);
      expect(count).to.deep.equal({ built: 2, alive: 0 });
    });

    it('@injectAll of what belongs to the request, when that is not registered last', async () => {
      const container = ownContainer();
      container.register('part', { useClass: class Scoped {} }, { lifecycle: Lifecycle.ContainerScoped });
      container.register('part', { useValue: 'value' });
      @Handler('/x')
      class Show {
        constructor(@injectAll('part') private readonly parts: readonly unknown[]) {}
        processRequest(): number {
          return this.parts.length;
        }
      }
      const { get } = recordingApp([Show], { container });
      expect(await texts(get, '/x', 2)).to.deep.equal(['2', '2']);
    });

    it('a transformer that needs the context', async () => {
      class Prefix {
        static readonly inject = [HttpContext];
        constructor(private readonly context: HttpContext) {}
        transform(text: string): string {
          return this.context.request.path + text;
        }
      }
      @Handler('/x')
      class Show {
        constructor(@injectWithTransform('text', Prefix) private readonly text: string) {}
        processRequest(): string {
          return this.text;
        }
      }
      const container = ownContainer();
      container.register('text', { useValue: '!' });
      const { get } = recordingApp([Show], { container });
      expect(await (await get('/x')).text()).to.equal('/x!');
    });

    it('a class registered under a token, and under another token through that', async () => {
      class Memory {
        readonly kind = 'memory';
      }
      const container = ownContainer();
      container.register('store', { useClass: Memory });
      container.register('orders', { useToken: 'store' });
      class Show {
        static readonly inject = ['orders', 'store'];
        constructor(
          readonly orders: Memory,
          readonly store: Memory,
        ) {}
        processRequest(): unknown {
          return [this.orders.kind, this.store.kind, this.orders === this.store];
        }
      }
      const { get } = recordingApp([defineHandler('/x', Show)], { container });
      expect(await (await get('/x')).json()).to.deep.equal(['memory', 'memory', false]);
    });

    it('a class put in the place of another by registration', async () => {
      class Mailer {
        readonly kind: string = 'real';
      }
      class Silent extends Mailer {
        override readonly kind = 'silent';
      }
      const container = ownContainer();
      container.register(Mailer, { useClass: Silent });
      class Show {
        static readonly inject = [Mailer];
        constructor(readonly mailer: Mailer) {}
        processRequest(): string {
          return this.mailer.kind;
        }
      }
      const { get } = recordingApp([defineHandler('/x', Show)], { container });
      expect(await (await get('/x')).text()).to.equal('silent');
    });

    it('resolution-scoped objects are one within a graph', async () => {
      const container = ownContainer();
      class Unit {}
      container.register(Unit, { useClass: Unit }, { lifecycle: Lifecycle.ResolutionScoped });
      class Service {
        static readonly inject = [Unit];
        constructor(readonly unit: Unit) {}
      }
      const seen = new Set<Unit>();
      class Show {
        static readonly inject = [Unit, Service];
        constructor(
          readonly unit: Unit,
          readonly service: Service,
        ) {}
        processRequest(): boolean {
          seen.add(this.unit);
          return this.unit === this.service.unit;
        }
      }
      const { get } = recordingApp([defineHandler('/x', Show)], { container });
      expect(await texts(get, '/x', 2)).to.deep.equal(['true', 'true']);
      expect(seen.size).to.equal(2);
    });

    it('interceptors of the container, whether the handler needs a request scope or not', async () => {
      const container = ownContainer();
      class Service {}
      const seen: string[] = [];
      container.beforeResolution(Service, () => seen.push('before'));
      container.afterResolution(Service, (_token, result) => seen.push((result as object).constructor.name));
      container.afterResolution(Service, () => seen.push('once'), { frequency: 'Once' });
      class Plain {
        static readonly inject: readonly unknown[] = [Service];
        constructor(readonly service: Service) {}
        processRequest(): void {}
      }
      class Scoped extends Plain {
        static override readonly inject = [Service, HttpContext];
      }
      const { get } = recordingApp([defineHandler('/plain', Plain), defineHandler('/scoped', Scoped)], { container });
      await get('/plain');
      await get('/scoped');
      expect(seen).to.deep.equal(['before', 'Service', 'once', 'before', 'Service']);
    });

    it('what is registered after createApp counts from the next replace on', async () => {
      const container = ownContainer();
      class Greeting {
        readonly text: string = 'first';
      }
      class Show {
        static readonly inject = [Greeting];
        constructor(readonly greeting: Greeting) {}
        processRequest(): string {
          return this.greeting.text;
        }
      }
      const handler = defineHandler('/x', Show);
      const { app, get } = recordingApp([handler], { container });
      expect(await (await get('/x')).text()).to.equal('first');
      let built = 0;
      class Other extends Greeting {
        override readonly text = 'second';
        constructor() {
          super();
          built += 1;
        }
      }
      container.register(Greeting, { useClass: Other }, { lifecycle: Lifecycle.ContainerScoped });
      app.replace([handler]);
      expect(await texts(get, '/x', 2)).to.deep.equal(['second', 'second']);
      expect(built).to.equal(2);
    });
  });

  describe('the parameters of a class', () => {
    const shown = async (handler: Declared, container?: DependencyContainer): Promise<unknown> =>
      (await recordingApp([handler], container && { container }).get('/x')).json();

    class One {
      readonly name = 'one';
    }
    class Two {
      readonly name = 'two';
    }

    it('its own types win over a base class that has static inject', async () => {
      class Base {
        static readonly inject: readonly unknown[] = [One];
        constructor(readonly first: { readonly name: string }) {}
        processRequest(): unknown {
          return [this.first.name];
        }
      }
      @Handler('/x')
      class Show extends Base {
        constructor(two: Two) {
          super(two);
        }
      }
      expect(await shown(Show)).to.deep.equal(['two']);
    });

    it('without a constructor they are those of the base class, with their tokens', async () => {
      @injectable()
      class Base {
        constructor(@inject('text') readonly text: string) {}
        processRequest(): unknown {
          return [this.text];
        }
      }
      @Handler('/x')
      class Show extends Base {}
      const container = ownContainer();
      container.register('text', { useValue: 'inherited' });
      expect(await shown(Show, container)).to.deep.equal(['inherited']);
    });

    it('with @inject on each are found also where the compiler emits no types', async () => {
      class Show {
        constructor(
          private readonly one: One,
          private readonly text: string,
        ) {}
        processRequest(): unknown {
          return [this.one.name, this.text];
        }
      }
      // What such a compiler makes of the decorators: calls, and nothing else.
      inject(One)(Show, undefined, 0);
      inject('text')(Show, undefined, 1);
      const container = ownContainer();
      container.register('text', { useValue: 'token' });
      expect(await shown(defineHandler('/x', Show), container)).to.deep.equal(['one', 'token']);
    });

    it('with @inject on some of them are missing where the compiler emits no types', () => {
      class Show {
        constructor(
          readonly one: One,
          readonly text: string,
        ) {}
        processRequest(): void {}
      }
      inject('text')(Show, undefined, 1);
      const container = ownContainer();
      container.register('text', { useValue: 'token' });
      expect(() => recordingApp([defineHandler('/x', Show)], { container })).to.throw(
        StartupError,
        'parameter 1 (one) has no type the container can see',
      );
    });

    it('static inject takes classes, tokens, symbols and delayed classes', async () => {
      const symbol = Symbol('text');
      const container = ownContainer();
      container.register(symbol, { useValue: 'symbol' });
      container.register('text', { useValue: 'string' });
      class Show {
        static readonly inject = [One, 'text', symbol, delay(() => Two)] as const;
        constructor(
          private readonly one: One,
          private readonly text: string,
          private readonly other: string,
          private readonly two: Two,
        ) {}
        processRequest(): unknown {
          return [this.one.name, this.text, this.other, this.two.name];
        }
      }
      expect(await shown(defineHandler('/x', Show), container)).to.deep.equal(['one', 'string', 'symbol', 'two']);
    });
  });

  describe('containers for requests', () => {
    it('are opened only for handlers whose graph needs one', async () => {
      const container = ownContainer();
      class Service {}
      container.registerSingleton(Service);
      class Plain {
        static readonly inject: readonly unknown[] = [Service];
        constructor(readonly service: Service) {}
        processRequest(): void {}
      }
      class Scoped extends Plain {
        static override readonly inject = [HttpContext];
      }
      class Later extends Plain {
        static override readonly inject = [delay(() => Scoped)];
      }
      const counter = openedBelow(container);
      const { get } = recordingApp(
        [
          defineHandler('/plain', Plain as never),
          defineHandler('/function', () => 'x'),
          defineHandler('/scoped', Scoped as never),
          defineHandler('/later', Later as never),
        ],
        { container },
      );
      const atStart = counter.opened;
      for (let request = 0; request < 5; request += 1) {
        await get('/plain');
        await get('/function');
        await get('/scoped');
      }
      expect(counter.opened - atStart).to.equal(0);
      for (let request = 0; request < 5; request += 1) await get('/later');
      expect(counter.opened - atStart).to.equal(5);
    });

    it('are opened when a handler asks its context for what only a container can build, and then once', async () => {
      const container = ownContainer();
      const counter = openedBelow(container);
      container.register('made', { useFactory: () => 'made' });
      class Service {}
      const { get } = recordingApp(
        [
          defineHandler('/class', (context: HttpContext) => void context.resolve(Service)),
          defineHandler('/made', (context: HttpContext) => {
            context.resolve('made');
            context.resolve(Service);
            context.resolve('made');
          }),
        ],
        { container },
      );
      const atStart = counter.opened;
      await get('/class');
      expect(counter.opened - atStart).to.equal(0);
      await get('/made');
      expect(counter.opened - atStart).to.equal(1);
    });
  });
});
