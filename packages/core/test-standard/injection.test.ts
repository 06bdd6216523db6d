import { expect } from 'chai';
import { createApp, defineHandler, Handler, HttpContext, type HandlerClass, StartupError } from '@verbena/core';
import { container as globalContainer, type DependencyContainer, Lifecycle } from 'tsyringe';

class Repository {
  static readonly inject = ['orders.url'] as const;
  constructor(readonly url: string) {}
}

class CurrentUser {
  static readonly inject = [HttpContext] as const;
  readonly name: string;
  constructor(context: HttpContext) {
    this.name = context.request.headers.get('user') ?? 'nobody';
  }
}

class Counter {
  value = 0;
}

class Service {
  static readonly inject = [Repository, CurrentUser, Counter] as const;
  constructor(
    readonly repository: Repository,
    readonly user: CurrentUser,
    readonly counter: Counter,
  ) {}
}

@Handler('GET /orders')
class DecoratedOrders {
  static readonly inject = [Service, CurrentUser, HttpContext] as const;
  readonly #service: Service;
  readonly #user: CurrentUser;
  readonly #context: HttpContext;

  constructor(service: Service, user: CurrentUser, context: HttpContext) {
    this.#service = service;
    this.#user = user;
    this.#context = context;
  }

  processRequest(context: HttpContext): unknown {
    this.#service.counter.value += 1;
    return {
      url: this.#service.repository.url,
      user: this.#user.name,
      sameUser: this.#service.user === this.#user,
      sameContext: this.#context === context,
      count: this.#service.counter.value,
    };
  }
}

class BareOrders extends DecoratedOrders {}
defineHandler('GET /orders', BareOrders);

function registered(): DependencyContainer {
  const container = globalContainer.createChildContainer();
  container.register('orders.url', { useValue: 'db://orders' });
  container.register(CurrentUser, { useClass: CurrentUser }, { lifecycle: Lifecycle.ContainerScoped });
  container.registerSingleton(Counter);
  return container;
}

for (const [form, type] of [
  ['TC39 form', DecoratedOrders],
  ['a form without decorators', BareOrders],
] satisfies [string, HandlerClass][]) {
  describe(`The same graph in ${form}`, () => {
    it('builds handler, service, repository, token, request-scoped object, context and singleton', async () => {
      const app = createApp({ handlers: [type], container: registered() });
      const ask = async (user: string): Promise<unknown> =>
        (await app.fetch(new Request('http://host/orders', { headers: { user } }))).json();
      expect(await ask('ann')).to.deep.equal({
        url: 'db://orders',
        user: 'ann',
        sameUser: true,
        sameContext: true,
        count: 1,
      });
      expect(await ask('bob')).to.deep.include({ user: 'bob', count: 2 });
    });

    it('is mapped alike', () => {
      const { mappings } = createApp({ handlers: [type], container: registered() });
      expect(mappings).to.deep.equal([
        { name: type.name, verb: 'GET', path: '/orders', kind: 'handler', target: type },
      ]);
    });

    it('is checked alike', () => {
      try {
        createApp({ handlers: [type] });
        expect.fail('nothing was found');
      } catch (error) {
        const [fault] = (error as StartupError).errors;
        expect(fault).to.include({ code: 'unregistered-token', subject: 'Repository' });
        expect(fault?.message).to.match(
          new RegExp(`^parameter 1 \\(url\\), needed by ${type.name} -> Service, asks for "orders.url"`),
        );
      }
    });
  });
}

describe('static inject in TC39 form', () => {
  it('that is missing is a fault that names each parameter', () => {
    @Handler('/x')
    class Show {
      readonly counter: Counter;
      constructor(counter: Counter) {
        this.counter = counter;
      }
      processRequest(): void {}
    }
    expect(() => createApp({ handlers: [Show] }))
      .to.throw(
        StartupError,
        /Show: parameter 1 \(counter\) has no type the container can see: its class has no decorator, or the compiler emits no types; add `static readonly inject/,
      )
      .with.nested.property('errors[0].code', 'missing-type');
  });
});
