import { expect } from 'chai';
import { container as globalContainer, type DependencyContainer, Lifecycle } from 'tsyringe';
import { HttpContext } from '../context.js';
import { Injector, ownContainer } from './injector.js';

describe('a scope that no request opened', () => {
  let container: DependencyContainer;
  let injector: Injector;

  beforeEach(() => {
    container = globalContainer.createChildContainer();
    injector = new Injector(container);
  });

  class Unit {
    isDisposed = false;
    dispose(): void {
      this.isDisposed = true;
    }
  }

  class Work {
    static readonly inject = [Unit, Unit] as const;
    constructor(
      readonly unit: Unit,
      readonly same: Unit,
    ) {}
  }

  class Asks {
    static readonly inject = [HttpContext] as const;
    constructor(readonly context: HttpContext) {}
  }

  class Deep {
    static readonly inject = [Asks] as const;
    constructor(readonly asks: Asks) {}
  }

  it('holds what is container-scoped, and disposes it', async () => {
    container.register(Unit, { useClass: Unit }, { lifecycle: Lifecycle.ContainerScoped });
    injector.refresh();
    const [first, second] = [injector.openScope(), injector.openScope()];
    const work = first.resolve(Work);
    expect(work.unit).to.equal(work.same);
    expect(second.resolve(Work).unit).to.not.equal(work.unit);
    expect(await first.dispose()).to.deep.equal([]);
    expect(work.unit.isDisposed).to.equal(true);
    await second.dispose();
  });

  it('has no context to give', () => {
    expect(() => injector.openScope().resolve(Asks)).to.throw(/outside a request/);
  });

  it('can be told beforehand which classes ask for one', () => {
    expect([Work, Asks, Deep].map((type) => injector.needsContext(type))).to.deep.equal([false, true, true]);
    container.register(Unit, { useClass: Unit }, { lifecycle: Lifecycle.ContainerScoped });
    injector.refresh();
    expect(injector.needsContext(Work), 'what is scoped is not the context').to.equal(false);
  });

  it('shares what was provided for all', () => {
    const unit = new Unit();
    injector.provide(Unit, unit);
    expect(injector.openScope().resolve(Work).unit).to.equal(unit);
    expect(container.resolve(Unit)).to.equal(unit);
  });
});

describe('Injector', () => {
  it('knows what it has provided in its own container, and nothing of those above', () => {
    class Service {}
    const [first, second] = [new Service(), new Service()];
    const container = ownContainer();
    const injector = new Injector(container);
    expect(injector.provided(Service)).to.equal(undefined);
    injector.provide(Service, first);
    injector.provide(Service, second);
    expect(injector.provided(Service)).to.equal(second);
    expect(container.resolve(Service)).to.equal(second);
    expect(new Injector(container.createChildContainer()).provided(Service)).to.equal(undefined);
    expect(new Injector(ownContainer()).provided(Service)).to.equal(undefined);
  });
});
