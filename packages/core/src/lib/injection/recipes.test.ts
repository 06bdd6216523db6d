import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import {
  container as globalContainer,
  delay,
  type DependencyContainer,
  type InjectionToken,
  Lifecycle,
} from 'tsyringe';
import { HttpContext } from '../context.js';
import { defineFactory, defineHandler } from '../decorators/define.js';
import type { HttpHandler } from '../handler.js';
import { recordingApp } from '../recording-app.test-support.js';
import type { Declared } from '../site.js';
import { openedBelow } from './opened-containers.test-support.js';

/** What happened, in order. */
type Log = string[];

/** A graph of classes that were made for one test. */
interface Graph {
  readonly handlers: readonly Declared[];
  /** All tokens in it. */
  readonly tokens: readonly unknown[];
  /** Done once the application stands. */
  later?(container: DependencyContainer): unknown;
}

type TellingClass = new (...dependencies: unknown[]) => HttpHandler;

/** Makes classes whose instances tell when they are built, of what, and when they are disposed. */
function telling(log: Log) {
  const counts = new Map<string, number>();
  return (
    name: string,
    inject: readonly unknown[] = [],
    { dispose }: { dispose?: () => unknown } = {},
  ): TellingClass => {
    class Telling {
      static readonly inject = inject;
      readonly title: string;
      constructor(...dependencies: unknown[]) {
        const count = (counts.get(name) ?? 0) + 1;
        counts.set(name, count);
        this.title = `${name} ${count}`;
        log.push(`${this.title} (${dependencies.map(titleOf).join(', ')})`);
        if (dispose === undefined) return;
        Object.assign(this, {
          dispose: () => {
            log.push(`${this.title} disposed`);
            return dispose();
          },
        });
      }
      processRequest(context: HttpContext): unknown {
        log.push(`${this.title} answers ${context.request.path}`);
        return this.title;
      }
    }
    Object.defineProperty(Telling, 'name', { value: name });
    return Telling;
  };
}

function titleOf(value: unknown): string {
  if (value instanceof HttpContext) return `context of ${value.request.path}`;
  return typeof value === 'object' && value !== null && 'title' in value ? String(value.title) : String(value);
}

/**
 * Runs requests on an application and gives all that was built, disposed, answered and reported.
 *
 * @param by who builds: an interceptor, which does nothing, leaves tsyringe to build what it was given to
 */
async function traceOf(
  graph: (log: Log, container: DependencyContainer) => Graph,
  by: 'recipes' | 'tsyringe',
): Promise<Log> {
  const log: Log = [];
  const container = globalContainer.createChildContainer();
  const { handlers, tokens, later } = graph(log, container);
  if (by === 'tsyringe') for (const token of tokens) container.beforeResolution(token as InjectionToken, () => {});
  const { app, get, errors } = recordingApp(handlers, { container });
  const ask = async (): Promise<void> => {
    for (const path of ['/a', '/b']) {
      const answer = await get(path);
      log.push(`${path}: ${answer.status} ${answer.status === 200 ? await answer.text() : ''}`);
      await turn();
    }
  };
  await ask();
  if (later !== undefined) {
    await later(container);
    await ask();
  }
  await app.close();
  log.push(...errors.map((error) => `${reasonOf(error).message}`));
  return log;
}

/** Where it began: tsyringe's texts differ from ours, and it keeps no cause but in them. */
function reasonOf(error: unknown): Error {
  let reason = error as Error;
  while (reason.cause instanceof Error) reason = reason.cause;
  return new Error(/broken|TypeInfo not known.*|disposed container/.exec(reason.message)?.[0] ?? reason.message);
}

const SCOPED = { lifecycle: Lifecycle.ContainerScoped };

const graphs: Readonly<Record<string, (log: Log, container: DependencyContainer) => Graph>> = {
  'classes, values, and tokens that stand for others': (log, container) => {
    const make = telling(log);
    const Leaf = make('Leaf');
    const Base = make('Base', ['url', Leaf]);
    const Derived = class extends Base {};
    const Other = make('Other', [Leaf]);
    const Handler = make('Handler', ['service', Base, Leaf, 'alias']);
    container.register('url', { useValue: 'db://' });
    container.register('service', { useClass: Other });
    container.register('alias', { useToken: 'service' });
    container.register(Base, { useClass: Derived });
    return {
      handlers: [defineHandler('/*', Handler)],
      tokens: ['url', 'service', 'alias', Leaf, Base, Handler],
    };
  },
  'a value that is none': (log, container) => {
    const Handler = telling(log)('Handler', ['nothing']);
    container.register('nothing', { useValue: undefined });
    return { handlers: [defineHandler('/*', Handler)], tokens: ['nothing', Handler] };
  },
  'singletons, with what they need': (log, container) => {
    const make = telling(log);
    const Deep = make('Deep', [], { dispose: () => {} });
    const Leaf = make('Leaf', [Deep]);
    const Single = make('Single', [Leaf], { dispose: () => {} });
    const Handler = make('Handler', [Single, 'single', Leaf]);
    container.registerSingleton(Single);
    container.register('single', { useToken: Single });
    return { handlers: [defineHandler('/*', Handler)], tokens: [Deep, Leaf, Single, 'single', Handler] };
  },
  'objects of one request, under their class and under tokens': (log, container) => {
    const make = telling(log);
    const Scoped = make('Scoped', [HttpContext], { dispose: () => {} });
    const Service = make('Service', [Scoped, 'scoped']);
    const Handler = make('Handler', [Service, Scoped, 'scoped', 'token', 'token']);
    container.register(Scoped, { useClass: Scoped }, SCOPED);
    container.register('scoped', { useToken: Scoped });
    container.register('token', { useClass: Service }, SCOPED);
    return {
      handlers: [defineHandler('/*', Handler)],
      tokens: [Scoped, Service, 'scoped', 'token', Handler, HttpContext],
    };
  },
  'what is disposed, in which order, though one fails and one takes its time': (log, container) => {
    const make = telling(log);
    const First = make('First', [], { dispose: () => turn() });
    const Second = make('Second', [First], {
      dispose: () => {
        throw new Error('broken');
      },
    });
    const Third = make('Third', [Second, First], { dispose: () => {} });
    class Asking {
      processRequest(context: HttpContext): string {
        context.resolve(Third);
        context.resolve(Second);
        return 'asked';
      }
    }
    const Handler = make('Handler', [Third, Second], { dispose: () => {} });
    container.register(Second, { useClass: Second }, SCOPED);
    return {
      handlers: [defineHandler('/a', Handler), defineHandler('/b', Asking)],
      tokens: [First, Second, Third, Handler, Asking],
    };
  },
  'a dispose that takes something, which is none': (log) => {
    const make = telling(log);
    const Leaf = make('Leaf');
    Object.assign(Leaf.prototype as object, { dispose: (_how: unknown) => log.push('disposed') });
    const Handler = make('Handler', [Leaf, HttpContext]);
    return { handlers: [defineHandler('/*', Handler)], tokens: [Leaf, Handler] };
  },
  'constructors that fail, and what was built before': (log, container) => {
    const make = telling(log);
    const Before = make('Before', [], { dispose: () => {} });
    class Failing {
      static readonly inject = [Before];
      constructor(readonly before: object) {
        throw new Error('broken');
      }
    }
    const Lasting = make('Lasting', [Before, Failing]);
    const OfRequest = make('OfRequest', [HttpContext, Before, 'failing']);
    container.register('failing', { useClass: Failing }, SCOPED);
    return {
      handlers: [defineHandler('/a', Lasting), defineHandler('/b', OfRequest)],
      tokens: [Before, Failing, 'failing', Lasting, OfRequest],
    };
  },
  'instances that are used again, and factories': (log) => {
    const make = telling(log);
    const Leaf = make('Leaf', [], { dispose: () => {} });
    const Reusable = make('Reusable', [Leaf], { dispose: () => {} });
    Object.assign(Reusable.prototype as object, { isReusable: true });
    class Choosing {
      static readonly inject = [Leaf];
      constructor(readonly leaf: object) {}
      getHandler(): unknown {
        return Reusable;
      }
    }
    return { handlers: [defineFactory('/*', Choosing as never)], tokens: [Leaf, Reusable, Choosing] };
  },
  'what only a container can build, asked for in the midst of a constructor': (log, container) => {
    const make = telling(log);
    const Scoped = make('Scoped', [], { dispose: () => {} });
    const After = make('After', [], { dispose: () => {} });
    class Midst {
      static readonly inject = [Scoped, HttpContext];
      readonly title = 'midst';
      constructor(scoped: object, context: HttpContext) {
        log.push(`midst has ${titleOf(scoped)} and ${titleOf(context.resolve('made'))}`);
      }
    }
    const Handler = make('Handler', [Scoped, Midst, After, 'after', HttpContext]);
    container.register(Scoped, { useClass: Scoped }, SCOPED);
    container.register('after', { useToken: After }, SCOPED);
    container.register('made', {
      useFactory: (from) => ({
        title: `made of ${titleOf(from.resolve(Scoped))} and ${titleOf(from.resolve('after'))}`,
      }),
    });
    return {
      handlers: [defineHandler('/*', Handler)],
      tokens: [Scoped, After, Midst, Handler, 'after', 'made', HttpContext],
    };
  },
  'an object of the request that asks for what needs it while it is built': (log, container) => {
    const make = telling(log);
    let isInner = false;
    class Scoped {
      static readonly inject = [HttpContext];
      readonly title: string;
      constructor(context: HttpContext) {
        this.title = isInner ? 'inner' : 'outer';
        if (isInner) return;
        isInner = true;
        log.push(`${this.title} made ${titleOf(context.resolve('made'))}`);
        isInner = false;
      }
    }
    const Handler = make('Handler', [Scoped, 'made']);
    container.register(Scoped, { useClass: Scoped }, SCOPED);
    container.register('made', { useFactory: (from) => ({ title: `made of ${titleOf(from.resolve(Scoped))}` }) });
    class Asking {
      processRequest(context: HttpContext): string {
        return `${titleOf(context.resolve(Scoped))}, ${titleOf(context.resolve('made'))}`;
      }
    }
    return {
      handlers: [defineHandler('/a', Handler), defineHandler('/b', Asking)],
      tokens: [Scoped, Handler, 'made', HttpContext],
    };
  },
  'delay() and functions beside what recipes know': (log, container) => {
    const make = telling(log);
    const Scoped = make('Scoped', [HttpContext]);
    const Late = make('Late', [Scoped]);
    const Made = make('Made', [Scoped, 'time']);
    const Handler = make('Handler', [Scoped, delay(() => Late), Made]);
    container.register(Scoped, { useClass: Scoped }, SCOPED);
    container.register('time', { useFactory: () => 'noon' });
    return {
      handlers: [
        defineHandler('/a', (context: HttpContext) =>
          [Made, Scoped, 'time', Late].map((token) => titleOf(context.resolve(token))).join(),
        ),
        defineHandler('/b', Handler),
      ],
      tokens: [Scoped, Late, Made, Handler, 'time'],
    };
  },
  'what is registered later, of classes and tokens': (log, container) => {
    const make = telling(log);
    const Leaf = make('Leaf');
    const Other = make('Other');
    const Single = make('Single');
    const Handler = make('Handler', [Leaf, 'leaf', Single]);
    const Scoped = make('Scoped', [Leaf, 'leaf', Single, HttpContext]);
    container.register('leaf', { useToken: Leaf });
    container.registerSingleton(Single);
    return {
      handlers: [defineHandler('/a', Handler), defineHandler('/b', Scoped)],
      tokens: [Leaf, Other, 'leaf', Single, Handler, Scoped],
      later: (given) => given.register(Leaf, { useClass: Other }).registerInstance('leaf', 'a value'),
    };
  },
  'singletons that the container forgets': (log, container) => {
    const make = telling(log);
    const Single = make('Single');
    const Handler = make('Handler', [Single]);
    container.registerSingleton(Single);
    return {
      handlers: [defineHandler('/*', Handler)],
      tokens: [Single, Handler],
      later: (given) => given.clearInstances(),
    };
  },
  'a container that is disposed': (log, container) => {
    const make = telling(log);
    const Leaf = make('Leaf');
    const Handler = make('Handler', [Leaf, 'value']);
    container.register('value', { useValue: 'a value' });
    return {
      handlers: [defineHandler('/*', Handler)],
      tokens: [Leaf, 'value', Handler],
      later: (given) => given.dispose(),
    };
  },
};

describe('Recipes', () => {
  for (const [title, graph] of Object.entries(graphs)) {
    it(`build as tsyringe does: ${title}`, async () => {
      const built = await traceOf(graph, 'recipes');
      expect(built).to.deep.equal(await traceOf(graph, 'tsyringe'));
      expect(built).to.not.have.lengthOf(0);
    });
  }

  it('leave it to tsyringe when the container was reset', async () => {
    const container = globalContainer.createChildContainer();
    class Handler {
      static readonly inject = ['value'];
      constructor(readonly value: string) {}
      processRequest(): string {
        return this.value;
      }
    }
    container.register('value', { useValue: 'first' });
    const { get } = recordingApp([defineHandler('/x', Handler)], { container });
    expect(await (await get('/x')).text()).to.equal('first');
    container.reset();
    expect((await get('/x')).status).to.equal(500);
    container.register('value', { useValue: 'second' });
    expect(await (await get('/x')).text()).to.equal('second');
  });

  it('leave it to tsyringe when something is to be intercepted from now on', async () => {
    const container = globalContainer.createChildContainer();
    const seen: string[] = [];
    class Leaf {}
    class Handler {
      static readonly inject = [Leaf, HttpContext];
      constructor(
        readonly leaf: Leaf,
        readonly context: HttpContext,
      ) {}
      processRequest(): void {}
    }
    const { get } = recordingApp([defineHandler('/x', Handler)], { container });
    await get('/x');
    container.beforeResolution(Leaf, () => seen.push('before'), { frequency: 'Once' });
    container.afterResolution(Leaf, (_token, leaf) => seen.push((leaf as object).constructor.name));
    await get('/x');
    await get('/x');
    expect(seen).to.deep.equal(['before', 'Leaf', 'Leaf']);
  });

  it('need no container for a request, whatever it is built of', async () => {
    for (const title of [
      'classes, values, and tokens that stand for others',
      'singletons, with what they need',
      'objects of one request, under their class and under tokens',
      'instances that are used again, and factories',
    ]) {
      const container = globalContainer.createChildContainer();
      const { handlers } = graphs[title]?.([], container) ?? { handlers: [] };
      const counter = openedBelow(container);
      const { get, errors } = recordingApp(handlers, { container });
      const atStart = counter.opened;
      await get('/a');
      expect(errors, title).to.deep.equal([]);
      expect(counter.opened - atStart, title).to.equal(0);
    }
  });

  it('say which parameter there was nothing for, and keep the cause', async () => {
    class Failing {
      constructor() {
        throw new Error('broken');
      }
    }
    class Handler {
      static readonly inject = [Failing];
      constructor(readonly orders: Failing) {}
      processRequest(): void {}
    }
    const container = globalContainer.createChildContainer();
    const { get, errors } = recordingApp([defineHandler('/x', Handler)], { container });
    expect((await get('/x')).status).to.equal(500);
    const [error] = errors as [Error];
    expect(error.message).to.include('Handler').and.include('1 (orders)').and.include('broken');
    expect(String(error.cause)).to.equal('Error: broken');
  });
});
