import { expect } from 'chai';
import { container as globalContainer, delay, type DependencyContainer, inject, injectable, Lifecycle } from 'tsyringe';
import { type AppOptions, createApp } from './app.js';
import { HttpContext } from './context.js';
import { defineFactory, defineHandler } from './decorators/define.js';
import { Factory } from './decorators/factory.js';
import { Handler } from './decorators/handler.js';
import { DeclarationError, StartupError } from './errors.js';
import type { HandlerClass } from './handler.js';
import { recordingApp } from './recording-app.test-support.js';
import type { Declared } from './site.js';

/** What `createApp` finds wrong with a list of handlers. */
function faultsOf(handlers: unknown, options: Partial<AppOptions> = {}): StartupError {
  try {
    // Many of these are what a compiler refuses and JavaScript does not.
    createApp({ ...options, handlers: handlers as Iterable<Declared> });
  } catch (error) {
    expect(error).to.be.an.instanceOf(StartupError);
    return error as StartupError;
  }
  throw new Error('createApp found nothing wrong');
}

/** The only fault of a list of handlers. */
function faultOf(handlers: unknown, options: Partial<AppOptions> = {}): DeclarationError {
  const { errors } = faultsOf(handlers, options);
  expect(errors.map(String)).to.have.length(1);
  return errors[0] as DeclarationError;
}

/** A class with a declaration no compiler would let pass. */
function declared(declaration: unknown): HandlerClass {
  class Declares {
    processRequest(): void {}
  }
  return defineHandler(declaration as string, Declares);
}

function ownContainer(): DependencyContainer {
  return globalContainer.createChildContainer();
}

interface Clock {
  now(): number;
}

describe('createApp', () => {
  describe('injection', () => {
    it('names class, position and name of a parameter without a type, and what to do', () => {
      @Handler('GET /x')
      class Show {
        constructor(
          readonly context: HttpContext,
          readonly clock: Clock,
        ) {}
        processRequest(): void {}
      }
      const { code, subject, message } = faultOf([Show]);
      expect({ code, subject }).to.deep.equal({ code: 'missing-type', subject: 'Show' });
      expect(message).to.equal(
        'parameter 2 (clock) is seen by the container as Object: an interface, a primitive or a type-only import leaves ' +
          'no class behind; add `static readonly inject = [...] as const` with one class or token for each parameter, or ' +
          'give the parameter @inject(token)',
      );
    });

    it('says of a dependency at fault who needs it', () => {
      class Repository {
        constructor(
          readonly url: string,
          readonly size: number,
        ) {}
      }
      @injectable()
      class Service {
        constructor(readonly repository: Repository) {}
      }
      @Handler('GET /x')
      class Show {
        constructor(readonly service: Service) {}
        processRequest(): void {}
      }
      const { errors } = faultsOf([Show]);
      expect(errors.map(({ subject }) => subject)).to.deep.equal(['Repository', 'Repository']);
      expect(errors[0]?.message).to.match(
        /^parameter 1 \(url\), needed by Show -> Service, has no type the container can see: its class has no decorator, or the compiler emits no types; add `static readonly inject = /,
      );
      expect(errors[1]?.message).to.match(/^parameter 2 \(size\), needed by Show -> Service,/);
    });

    for (const [what, type] of [
      ['a primitive', String],
      ['a date', Date],
      ['a map', Map],
      ['a type-only import', Function],
      ['a promise', Promise],
    ] as const) {
      it(`refuses ${what}, unless it is registered`, () => {
        class Show {
          static readonly inject = [type];
          constructor(readonly what: object) {}
          processRequest(): void {}
        }
        const handler = defineHandler('/x', Show);
        const { code, subject, message } = faultOf([handler]);
        expect({ code, subject }).to.deep.equal({ code: 'missing-type', subject: 'Show' });
        expect(message).to.match(new RegExp(`^parameter 1 \\(what\\) is seen by the container as ${type.name}:`));
        const container = ownContainer();
        container.register(type as never, { useValue: 'registered' as never });
        expect(() => recordingApp([handler], { container })).not.to.throw();
      });
    }

    it('finds a static inject that is too short', () => {
      class One {}
      class Show {
        static readonly inject = [One];
        constructor(
          readonly one: One,
          readonly other: One,
        ) {}
        processRequest(): void {}
      }
      expect(faultOf([defineHandler('/x', Show)]).message).to.match(/^parameter 2 \(other\) has no type/);
    });

    it('finds a gap in a static inject', () => {
      class Show {
        static readonly inject = [undefined];
        constructor(readonly one: object) {}
        processRequest(): void {}
      }
      expect(faultOf([defineHandler('/x', Show)]).message).to.match(/^parameter 1 \(one\) has no type/);
    });

    it('names an unregistered token, and where to register it', () => {
      const symbol = Symbol('clock');
      @Handler('GET /x')
      class Show {
        constructor(
          @inject('orders.url') readonly url: string,
          @inject(symbol) readonly clock: Clock,
        ) {}
        processRequest(): void {}
      }
      const [first, second] = faultsOf([Show]).errors;
      expect(first).to.include({ code: 'unregistered-token', subject: 'Show' });
      expect(first?.message).to.equal(
        'parameter 1 (url) asks for "orders.url", which is not registered; register it in the container given to ' +
          'createApp, before createApp',
      );
      expect(second?.message).to.match(/^parameter 2 \(clock\) asks for Symbol\(clock\), which is not registered/);
    });

    it('finds an unregistered token behind delay(), an alias and a transform', () => {
      class Needy {
        static readonly inject = ['nowhere'];
        constructor(readonly nowhere: object) {}
      }
      class Other extends Needy {}
      const container = ownContainer();
      container.register('alias', { useToken: Other });
      class Show {
        static readonly inject = [delay(() => Needy), 'alias'];
        constructor(
          readonly needy: Needy,
          readonly other: Needy,
        ) {}
        processRequest(): void {}
      }
      const { errors } = faultsOf([defineHandler('/x', Show)], { container });
      expect(errors.map(({ subject, code }) => `${subject} ${code}`)).to.have.members([
        'Needy unregistered-token',
        'Other unregistered-token',
      ]);
    });

    it('names the singleton that would hold what belongs to a request, and the way there', () => {
      class User {
        static readonly inject = [HttpContext];
        constructor(readonly context: HttpContext) {}
      }
      class Cache {
        static readonly inject = [Object, User];
        constructor(
          readonly size: object,
          readonly user: User,
        ) {}
      }
      const container = ownContainer();
      container.register(Object as never, { useValue: {} as never });
      container.registerSingleton(Cache);
      class Show {
        static readonly inject = [Cache];
        constructor(readonly cache: Cache) {}
        processRequest(): void {}
      }
      const fault = faultOf([defineHandler('/x', Show)], { container });
      expect(fault).to.include({ code: 'captive-request-object', subject: 'Cache' });
      expect(fault.message).to.equal(
        'is a singleton, yet parameter 2 (user) of its constructor reaches HttpContext, which belongs to one request ' +
          '(Cache -> User -> HttpContext); make it transient or container-scoped, or hand it the context as an argument',
      );
    });

    it('finds a singleton that would hold something container-scoped, also behind delay()', () => {
      class Unit {}
      class Cache {
        static readonly inject = [delay(() => Unit)];
        constructor(readonly unit: Unit) {}
      }
      const container = ownContainer();
      container.register(Unit, { useClass: Unit }, { lifecycle: Lifecycle.ContainerScoped });
      container.registerSingleton('cache', Cache);
      class Show {
        static readonly inject = ['cache'];
        constructor(readonly cache: Cache) {}
        processRequest(): void {}
      }
      const fault = faultOf([defineHandler('/x', Show)], { container });
      expect(fault).to.include({ code: 'captive-request-object', subject: '"cache"' });
      expect(fault.message).to.contain(
        'parameter 1 (unit) of its constructor reaches Unit, which belongs to one request',
      );
    });

    it('finds a pooled handler that would hold what belongs to a request', () => {
      @Handler({ path: '/x', pool: { max: 2 } })
      class Show {
        constructor(readonly context: HttpContext) {}
        processRequest(): void {}
      }
      const fault = faultOf([Show]);
      expect(fault).to.include({ code: 'captive-request-object', subject: 'Show' });
      expect(fault.message).to.equal(
        'declares a pool, yet parameter 1 (context) of its constructor reaches HttpContext, which belongs to one request ' +
          '(Show -> HttpContext); read that from the context in processRequest, or declare no pool',
      );
    });

    it('tells the way of the handler itself, beside a singleton with a fault of its own', () => {
      const container = ownContainer();
      class Cache {
        static readonly inject = [HttpContext];
        constructor(readonly context: HttpContext) {}
      }
      container.registerSingleton(Cache);
      class Show {
        static readonly inject = [Cache, HttpContext];
        constructor(
          readonly cache: Cache,
          readonly context: HttpContext,
        ) {}
        processRequest(): void {}
      }
      const { errors } = faultsOf([defineHandler({ path: '/x', pool: {} }, Show)], { container });
      expect(errors.map(({ subject }) => subject)).to.deep.equal(['Cache', 'Show']);
      expect(errors[1]?.message).to.contain('parameter 2 (context) of its constructor reaches HttpContext');
    });

    it('finds a factory that would hold what belongs to a request', () => {
      @Factory('/x')
      class Choose {
        constructor(readonly context: HttpContext) {}
        getHandler(): undefined {}
      }
      const fault = faultOf([Choose]);
      expect(fault).to.include({ code: 'captive-request-object', subject: 'Choose' });
      expect(fault.message).to.match(/parameter 1 \(context\) of its constructor reaches HttpContext.*in getHandler$/);
    });

    it('names the classes of a circle, wherever it is entered', () => {
      class Left {
        static inject: readonly unknown[] = [];
        constructor(readonly right: object) {}
      }
      class Right {
        static readonly inject = [Object, Left];
        constructor(
          readonly first: object,
          readonly left: Left,
        ) {}
      }
      Left.inject = [Right];
      const container = ownContainer();
      container.register(Object as never, { useValue: {} as never });
      class Show {
        static readonly inject = [Right];
        constructor(readonly right: Right) {}
        processRequest(): void {}
      }
      const fault = faultOf([defineHandler('/x', Show)], { container });
      expect(fault).to.include({ code: 'injection-cycle', subject: 'Right' });
      expect(fault.message).to.equal(
        "parameter 2 (left) leads back to Right itself (Right -> Left -> Right); inject one of them through tsyringe's " +
          'delay(), or take what both need into a third class',
      );
    });

    it('finds a circle through tokens and through the class itself', () => {
      class Selfish {
        static readonly inject = ['self'];
        constructor(readonly self: object) {}
        processRequest(): void {}
      }
      const container = ownContainer();
      container.register('self', { useToken: Selfish });
      const fault = faultOf([defineHandler('/x', Selfish)], { container });
      expect(fault).to.include({ code: 'injection-cycle', subject: 'Selfish' });
      expect(fault.message).to.contain('(Selfish -> Selfish)');
    });

    it('finds a token that stands for itself', () => {
      const parent = ownContainer();
      const container = parent.createChildContainer();
      parent.register('one', { useToken: 'other' });
      container.register('other', { useToken: 'one' });
      class Show {
        static readonly inject = ['one'];
        constructor(readonly one: object) {}
        processRequest(): void {}
      }
      expect(faultsOf([defineHandler('/x', Show)], { container }).errors[0]).to.include({
        code: 'injection-cycle',
        subject: '"one"',
      });
    });

    for (const [how, register] of [
      ['a singleton', (container, type) => container.registerSingleton(type)],
      ['a value', (container, type) => container.registerInstance(type, new type())],
      [
        'an alias of a singleton',
        (container, type) => container.registerSingleton('one', type).register(type, { useToken: 'one' }),
      ],
    ] satisfies [string, (container: DependencyContainer, type: new () => object) => unknown][]) {
      it(`refuses a handler class registered as ${how}`, () => {
        class Show {
          processRequest(): void {}
        }
        const container = ownContainer();
        register(container, Show);
        const fault = faultOf([defineHandler('/x', Show)], { container });
        expect(fault).to.include({ code: 'shared-handler', subject: 'Show' });
        expect(fault.message).to.match(/every request would get the same instance; leave it unregistered/);
      });
    }

    it('checks filter classes, of the application and of a declaration, and classes behind verbs', () => {
      class Filters {
        static readonly inject = ['filter.token'];
        constructor(readonly token: object) {}
        filter(): void {}
      }
      class AppFilters extends Filters {}
      class Behind extends Filters {
        processRequest(): void {}
      }
      const { errors } = faultsOf(
        [
          defineHandler({ path: '/x', use: [Filters] }, () => 'x'),
          defineFactory({ path: '/y', verbs: { GET: Behind } }, class Choose {}),
        ],
        { use: [AppFilters] },
      );
      expect(errors.map(({ subject, code }) => `${subject} ${code}`)).to.deep.equal([
        'AppFilters unregistered-token',
        'Filters unregistered-token',
        'Behind unregistered-token',
      ]);
    });

    it('names a fault once, however many declarations a class has', () => {
      @Handler({ path: '/a', pool: {} })
      @Handler('/b')
      class Show {
        constructor(readonly context: HttpContext) {}
        processRequest(): void {}
      }
      expect(faultOf([Show])).to.include({ code: 'captive-request-object', subject: 'Show' });
    });

    it('names a fault once, however many handlers meet it', () => {
      class Needy {
        static readonly inject = ['nowhere'];
        constructor(readonly nowhere: object) {}
      }
      const handler = (path: string): HandlerClass =>
        defineHandler(
          path,
          class Show {
            static readonly inject: readonly unknown[] = [Needy];
            constructor(readonly needy: Needy) {}
            processRequest(): void {}
          },
        );
      expect(faultOf([handler('/a'), handler('/b')])).to.include({ subject: 'Needy' });
    });
  });

  describe('the list', () => {
    it('refuses what is neither class nor function', () => {
      class Show {
        processRequest(): void {}
      }
      const { errors } = faultsOf([undefined, null, 5, 'GET /x', new Show(), Object.create(null)]);
      expect(errors.map(({ code }) => code)).to.deep.equal(Array.from({ length: 6 }).fill('not-a-handler'));
      expect(errors[0]?.message).to.match(/holds undefined, .*; modules that import each other in a circle/);
      expect(errors[4]).to.include({ subject: 'Show' });
      expect(errors[4]?.message).to.match(/holds an object of Show, where a decorated class/);
    });

    it('refuses a class without a declaration', () => {
      class Bare {
        processRequest(): void {}
      }
      const fault = faultOf([Bare]);
      expect(fault).to.include({ code: 'not-declared', subject: 'Bare' });
      expect(fault.message).to.equal(
        'is listed without a declaration; decorate it with @Handler or @Factory, or pass it through defineHandler',
      );
    });

    it('says of a class whose base has a declaration that it is not inherited', () => {
      @Handler('/x')
      class Base {
        processRequest(): void {}
      }
      class Middle extends Base {}
      class Derived extends Middle {}
      expect(faultOf([Derived]).message).to.contain('that of its base class is not inherited');
    });

    it('a class that is listed twice is one', async () => {
      const handler = defineHandler('/x', () => 'x');
      expect(recordingApp([handler, handler]).app.mappings).to.have.length(1);
    });
  });

  describe('declarations', () => {
    for (const [what, declaration, message] of [
      [
        'an unknown member',
        { path: '/x', pth: 1 },
        /^declares "pth", which nothing here is called; there are verb, path, name/,
      ],
      ['an unknown member of pool', { path: '/x', pool: { maximum: 1 } }, /^declares "pool\.maximum"/],
      ['a pool that is no object', { path: '/x', pool: true }, /^declares pool as true; it takes an object/],
      ['verbs on a handler', { path: '/x', verbs: { GET: class {} } }, /^declares "verbs"/],
      ['a verb in lower case', 'get /x', /^declares the verb get, which no client sends; write GET$/],
      ['one lower-case verb among others', 'GET, Post /x', /^declares the verb Post, .*; write POST$/],
      ['a verb that is no text', { verb: 5, path: '/x' }, /^declares the verb as 5; it takes a text/],
      ['an empty verb', { verb: '', path: '/x' }, /^declares an empty verb; leave it out/],
      ['no path', { verb: 'GET' }, /^is listed and declares no path; give it one, or take it off the list/],
      ['an empty path', { path: '' }, /^declares an empty path; write "\/" for the root/],
      ['an empty list of paths', { path: [] }, /^declares path as an empty array/],
      ['a path that is no text', { path: 5 }, /^declares path as 5; it takes an array of patterns/],
      ['a list with something else in it', { path: ['/a', 5] }, /^declares path with 5 in it/],
      ['a verb alone', 'GET', /^declares the path "GET", which is a verb; put a path behind it, as in "GET \/orders"$/],
      ['verbs alone', 'GET, POST', /^declares the path "GET, POST", which is a verb/],
      ['verbs set apart by blanks', 'GET POST /x', /^declares the path "POST \/x", which holds a blank before a slash/],
      [
        'verbs set apart by a bar',
        'GET|POST /x',
        /^declares the path "GET\|POST \/x", which holds a blank before a slash/,
      ],
      [
        'timeoutMs of 0',
        { path: '/x', timeoutMs: 0 },
        /^declares timeoutMs as 0; it takes a number from 1, or Infinity$/,
      ],
      ['timeoutMs NaN', { path: '/x', timeoutMs: Number.NaN }, /^declares timeoutMs as NaN/],
      ['timeoutMs as text', { path: '/x', timeoutMs: '5' }, /^declares timeoutMs as "5"/],
      [
        'a negative bodyLimitBytes',
        { path: '/x', bodyLimitBytes: -1 },
        /^declares bodyLimitBytes as -1; it takes a number from 0/,
      ],
      ['pool.max of 0', { path: '/x', pool: { max: 0 } }, /^declares pool\.max as 0; it takes a number from 1/],
      [
        'a negative pool.idleMs',
        { path: '/x', pool: { idleMs: -1 } },
        /^declares pool\.idleMs as -1; it takes a number from 0/,
      ],
      [
        'an unknown session',
        { path: '/x', session: 'both' },
        /^declares session as "both"; it may be "required" or "readonly"$/,
      ],
      ['session: true', { path: '/x', session: true }, /^declares session as true/],
      [
        'produces without a type',
        { path: '/x', produces: [] },
        /^declares produces as an empty array; it takes media types$/,
      ],
      ['use that is no array', { path: '/x', use: () => 1 }, /^declares use as use; it takes an array of filters/],
      ['a filter that is no function', { path: '/x', use: [{}] }, /^declares use with an object of Object in it/],
      ['nothing at all', undefined, /^is declared with undefined; give a text such as "GET \/orders", or an object$/],
    ] as const) {
      it(`refuses ${what}`, () => {
        const fault = faultOf([declared(declaration)]);
        expect(fault).to.include({ code: 'bad-declaration', subject: 'Declares' });
        expect(fault.message).to.match(message);
      });
    }

    it('takes what is unusual and right', () => {
      const handlers = [
        declared({ path: '/a', timeoutMs: Infinity, bodyLimitBytes: 0, pool: {}, use: [], session: undefined }),
        declared({ path: ['GET'], verb: 'get*' }),
        declared('custom-verb /b'),
        declared('*.a, *.b'),
        declared('my folder/*.c'),
      ];
      expect(() => createApp({ handlers })).not.to.throw();
    });

    it('refuses a pattern that cannot be compiled, with what the compiler said', () => {
      const fault = faultOf([declared('GET /x/:')]);
      expect(fault).to.include({ code: 'bad-pattern', subject: 'Declares' });
      expect(fault.message).to.match(/^Cannot compile path "\/x\/:"/);
      expect(fault.cause).to.be.an.instanceOf(TypeError);
    });

    it('names both of two that claim the same verb and path, and the place of the second', () => {
      const first = defineHandler({ verb: 'GET,POST', path: '/x/:id', name: 'First' }, () => 1);
      const second = defineHandler({ verb: 'POST', path: '/X/:other', name: 'Second' }, () => 2);
      const fault = faultOf([first, second]);
      expect(fault).to.include({ code: 'duplicate-mapping', subject: 'Second' });
      expect(fault.message).to.equal(
        'answers POST /X/:other, as First does already (GET,POST /x/:id); give one of them another verb or path',
      );
      expect(fault.declaredAt).to.contain('site.test.');
      expect(() => createApp({ handlers: [first, second], precedence: 'listed' })).not.to.throw();
    });

    it('names duplicates even beside other faults', () => {
      const { errors } = faultsOf([declared('/x'), declared('/x'), declared({ path: '/y', timeoutMs: 0 })]);
      expect(errors.map(({ code }) => code)).to.have.members(['duplicate-mapping', 'bad-declaration']);
    });
  });

  describe('factories', () => {
    class Show {
      processRequest(): void {}
    }

    const factory = (declaration: unknown, type: new () => object): Declared =>
      defineFactory(declaration as { verbs: Record<string, HandlerClass> }, type);

    it('refuses one with neither getHandler nor verbs', () => {
      const fault = faultOf([factory('/x', class Empty {})]);
      expect(fault).to.include({ code: 'bad-declaration', subject: 'Empty' });
      expect(fault.message).to.equal('is a factory with neither getHandler nor verbs');
    });

    it('refuses one with both', () => {
      class Both {
        getHandler(): undefined {}
      }
      expect(faultOf([factory({ path: '/x', verbs: { GET: Show } }, Both)]).message).to.equal(
        'has both getHandler and verbs; keep one of them',
      );
    });

    for (const [what, verbs, message] of [
      ['no verb', {}, 'declares verbs and names none; give a handler class for each verb'],
      [
        'several verbs in one key',
        { 'GET,POST': Show },
        'declares verbs with the key "GET,POST"; each key is one verb',
      ],
      ['a wildcard', { '*': Show }, 'declares verbs with the key "*"; each key is one verb'],
      ['a verb in lower case', { get: Show }, 'declares the verb get, which no client sends; write GET'],
      ['something that is no class', { GET: () => 1 }, 'verbs holds GET, which is no class'],
    ] as const) {
      it(`refuses verbs with ${what}`, () => {
        const fault = faultOf([factory({ path: '/x', verbs }, class Choose {})]);
        expect(fault).to.include({ code: 'bad-declaration', subject: 'Choose', message });
      });
    }

    it('refuses verbs beside verb', () => {
      expect(faultOf([factory({ verb: 'GET', path: '/x', verbs: { GET: Show } }, class Choose {})]).message).to.equal(
        'declares both verb and verbs; verbs already says which verbs it takes',
      );
    });

    it('refuses a function', () => {
      expect(faultOf([factory('/x', (() => ({})) as never)]).message).to.match(/a factory is a class with getHandler/);
    });

    it('reports a constructor that throws, with its error as cause', () => {
      const cause = new Error('no connection');
      class Choose {
        constructor() {
          throw cause;
        }
      }
      const fault = faultOf([factory('/x', Choose)]);
      expect(fault).to.include({ code: 'bad-declaration', subject: 'Choose', cause });
      expect(fault.message).to.equal('could not be constructed: Error: no connection');
    });

    it('is not constructed when its graph has faults, however often it is declared', () => {
      class Choose {
        static readonly inject = ['nowhere'];
        constructor(readonly nowhere: object) {}
        getHandler(): undefined {}
      }
      expect(faultOf([defineFactory('/a', defineFactory('/b', Choose))]).code).to.equal('unregistered-token');
    });

    it('with several declarations is constructed once', () => {
      let built = 0;
      class Choose {
        constructor() {
          built += 1;
        }
        getHandler(): undefined {}
      }
      createApp({ handlers: [factory('/a', factory('/b', Choose) as typeof Choose)] });
      expect(built).to.equal(1);
    });
  });

  describe('options', () => {
    for (const [options, message] of [
      [{ basePath: 'api' }, 'has the basePath "api"; it begins with a slash, as in "/api"'],
      [{ precedence: 'specifc' }, 'declares precedence as "specifc"; it may be "specific" or "listed"'],
      [{ syntax: 'glob' }, 'declares syntax as "glob"; it may be "auto" or "wildcard" or "template"'],
      [{ trailingSlash: true }, 'declares trailingSlash as true; it may be "ignore" or "strict"'],
      [{ timeoutMs: 0 }, 'declares timeoutMs as 0; it takes a number from 1, or Infinity'],
      [{ bodyLimitBytes: '1mb' }, 'declares bodyLimitBytes as "1mb"; it takes a number from 0, or Infinity'],
      [{ abandonMs: -1 }, 'declares abandonMs as -1; it takes a number from 0, or Infinity'],
      [{ use: 5 }, 'declares use as 5; it takes an array of filters: functions, or classes with filter()'],
      [{ use: [5] }, 'declares use with 5 in it; it takes filters: functions, or classes with filter()'],
      [{ basePath: 5 }, 'has the basePath 5; it begins with a slash, as in "/api"'],
      [{ caseSensitive: 'yes' }, 'declares caseSensitive as "yes"; it takes true or false'],
      [{ development: 'no' }, 'declares development as "no"; it takes true or false'],
      [
        { onError: {} },
        'declares onError as an object of Object; it takes a function, which is given the error and the context',
      ],
      [{ onWarning: 'no' }, 'declares onWarning as "no"; it takes a function, which is given the message'],
      [{ session: 5 }, 'declares session as 5; it takes an object with store, cookieName, maxAgeMs, secure, waitMs'],
      [
        { session: {} },
        'declares session.store as undefined; it takes a store with get, set and delete, such as a Keyv',
      ],
      [
        { session: { store: { get() {} } } },
        'declares session.store as an object of Object; it takes a store with get, set and delete, such as a Keyv',
      ],
      [
        { session: { store: new Map(), maxAge: 5 } },
        'declares "session.maxAge", which nothing here is called; there are store, cookieName, maxAgeMs, secure, waitMs',
      ],
      [
        { session: { store: new Map(), maxAgeMs: '1h' } },
        'declares session.maxAgeMs as "1h"; it takes a number of milliseconds from 1',
      ],
      [
        { session: { store: new Map(), maxAgeMs: Infinity } },
        'declares session.maxAgeMs as Infinity; it takes a number of milliseconds from 1',
      ],
      [
        { session: { store: new Map(), waitMs: -1 } },
        'declares session.waitMs as -1; it takes a number from 0, or Infinity',
      ],
      [
        { session: { store: new Map(), cookieName: 'a b' } },
        'declares session.cookieName as "a b"; it takes letters, digits and !#$%&\'*+-.^_`|~',
      ],
      [{ session: { store: new Map(), secure: 1 } }, 'declares session.secure as 1; it takes true or false'],
    ] as const) {
      it(`refuses ${JSON.stringify(options)}`, () => {
        const fault = faultOf([defineHandler('/x', () => 1)], options as unknown as Partial<AppOptions>);
        expect(fault).to.include({ code: 'bad-declaration', subject: 'createApp', message });
      });
    }

    it('refuses one that nothing here is called, and says what there is', () => {
      const { message } = faultOf([defineHandler('/x', () => 1)], { timeout: 5 } as unknown as Partial<AppOptions>);
      expect(message).to.match(/^declares "timeout", which nothing here is called; there are handlers, .*, timeoutMs,/);
    });

    for (const handlers of [undefined, 5, defineHandler('/x', () => 1)]) {
      it(`refuses handlers that are no list: ${typeof handlers}`, () => {
        const { errors } = faultsOf(handlers);
        expect(errors.map(String)).to.have.length(1);
        expect(String(errors[0])).to.match(/was given .* as handlers; it takes a list of decorated classes/);
      });
    }

    it('takes a basePath with or without a slash at its end, for each alternative of each template', async () => {
      for (const basePath of ['/api', '/api/']) {
        const { get } = recordingApp([defineHandler({ path: ['/a,/b', '/c', '*.d'] }, () => 'x')], { basePath });
        for (const path of ['/api/a', '/api/b', '/api/c', '/e.d']) expect((await get(path)).status).to.equal(200);
        for (const path of ['/a', '/c', '/api']) expect((await get(path)).status).to.equal(404);
      }
    });

    it('puts the basePath before no alternative that lacks its slash', () => {
      expect(faultOf([declared('/a, /b')], { basePath: '/api' })).to.include({ code: 'bad-pattern' });
    });
  });

  describe('StartupError', () => {
    function faulty(): Declared[] {
      class Needy {
        static readonly inject = ['nowhere', String];
        constructor(
          readonly nowhere: object,
          readonly text: string,
        ) {}
        processRequest(): void {}
      }
      return [
        defineHandler({ path: '/x', timeoutMs: 0 }, Needy),
        declared('get /y/:'),
        defineFactory('/z', class Choose {} as never),
      ];
    }

    it('holds every fault of every handler', () => {
      const { errors, message, code } = faultsOf(faulty());
      expect(code).to.equal('startup');
      expect(errors.map((error) => `${error.subject} ${error.code}`)).to.deep.equal([
        'Needy bad-declaration',
        'Needy unregistered-token',
        'Needy missing-type',
        'Declares bad-declaration',
        'Declares bad-pattern',
        'Choose bad-declaration',
      ]);
      expect(message.split('\n')[0]).to.equal('6 faults in the declared handlers');
    });

    it('lists each fault on a line of its own, followed by the place of its declaration', () => {
      const lines = faultsOf([defineHandler({ path: '/x', timeoutMs: 0 }, function slow() {})]).message.split('\n');
      expect(lines).to.have.length(3);
      expect(lines[0]).to.equal('One fault in the declared handlers');
      expect(lines[1]).to.equal('  slow: declares timeoutMs as 0; it takes a number from 1, or Infinity');
      expect(lines[2]).to.match(/^ {4}declared at .*site\.test\.[jt]s:\d+:\d+\)?$/);
    });

    it('has faults whose stack begins at the decorator', () => {
      const places: string[] = [];
      const here = (): void => {
        places.push(
          new Error('here').stack
            ?.split('\n')[2]
            ?.replace(/:\d+\)?$/, '')
            .trim() ?? '',
        );
      };
      here();
      // biome-ignore format: the decorator stands on one line with nothing else
      @Handler({ path: '/x', timeoutMs: 0 })
      class Show {
        processRequest(): void {}
      }
      here();
      const { stack = '' } = faultOf([Show]);
      const [first, second] = stack.split('\n');
      expect(first).to.equal('DeclarationError: Show declares timeoutMs as 0; it takes a number from 1, or Infinity');
      const lineOf = (frame: string | undefined): number => Number(/:(\d+)(?::\d+\)?)?$/.exec(frame ?? '')?.[1]);
      expect(second).to.contain('site.test.');
      expect(lineOf(second?.replace(/:\d+\)?$/, ''))).to.be.within(lineOf(places[0]), lineOf(places[1]));
    });

    it('is thrown again, with the same faults, when the same classes are tried again', () => {
      const handlers = faulty();
      const [first, second] = [faultsOf(handlers), faultsOf(handlers)];
      expect(second.message).to.equal(first.message);
      expect(second).not.to.equal(first);
    });

    it('is not thrown any more once what was missing is registered', () => {
      class Show {
        static readonly inject = ['late'];
        constructor(readonly late: object) {}
        processRequest(): void {}
      }
      const handler = defineHandler('/x', Show);
      const container = ownContainer();
      expect(faultOf([handler], { container }).code).to.equal('unregistered-token');
      container.register('late', { useValue: {} });
      expect(() => createApp({ handlers: [handler], container })).not.to.throw();
    });

    it('leaves nothing behind: factories that were built are disposed, also what was built for them', async () => {
      const alive = new Set<string>();
      class Connection {
        constructor() {
          alive.add('connection');
        }
        dispose(): void {
          alive.delete('connection');
        }
      }
      class Choose {
        static readonly inject = [Connection];
        constructor(readonly connection: Connection) {
          alive.add('factory');
        }
        getHandler(): undefined {}
        async [Symbol.asyncDispose](): Promise<void> {
          alive.delete('factory');
        }
      }
      defineFactory('/x', Choose);
      expect(faultOf([Choose, declared({ path: '/y', timeoutMs: 0 })]).code).to.equal('bad-declaration');
      expect(alive.size).to.be.greaterThan(0);
      await new Promise((resolve) => setImmediate(resolve));
      expect([...alive]).to.deep.equal([]);
    });

    it('thrown by replace, leaves handlers and factories as they were', async () => {
      let alive = 0;
      class Choose {
        constructor() {
          alive += 1;
        }
        getHandler(): { processRequest(): string } {
          return { processRequest: () => `alive ${alive}` };
        }
        dispose(): void {
          alive -= 1;
        }
      }
      class Added extends Choose {}
      defineFactory('/x', Choose);
      defineFactory('/added', Added);
      const { app, get } = recordingApp([Choose]);
      expect(() => app.replace([Choose, Added, declared({ path: '/y', timeoutMs: 0 })])).to.throw(StartupError);
      await new Promise((resolve) => setImmediate(resolve));
      expect(await (await get('/x')).text()).to.equal('alive 1');
      expect((await get('/added')).status).to.equal(404);
      await app.close();
      expect(alive).to.equal(0);
    });
  });
});
