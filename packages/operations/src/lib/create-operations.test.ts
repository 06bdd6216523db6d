import { HttpContext } from '@verbena/core';
import { expect } from 'chai';
import { container, inject, injectable, Lifecycle, scoped, singleton } from 'tsyringe';
import { z } from 'zod';
import {
  createOperations,
  defineOperation,
  Operation,
  type OperationContext,
  Operations,
  type OperationsOptions,
  type OperationSource,
  OperationsStartupError,
  type OperationView,
} from '../index.js';

function faultsOf(operations: readonly unknown[], options: Partial<OperationsOptions> = {}): readonly object[] {
  try {
    void createOperations({ ...options, operations: operations as OperationSource[] }).close();
  } catch (error) {
    expect(error).to.be.an.instanceOf(OperationsStartupError).with.property('code', 'startup');
    return (error as OperationsStartupError).errors;
  }
  return [];
}

async function run(operations: Operations, kind: string, input?: unknown): Promise<OperationView> {
  const { id } = await operations.start(kind, input, { owner: 'ann' });
  let last: OperationView | undefined;
  for await (const view of operations.watch(id)) last = view;
  return last as OperationView;
}

describe('createOperations', () => {
  for (const maxThreads of [0, -1, 1.5, Number.NaN])
    it(`refuses ${maxThreads} threads`, () => {
      expect(() => createOperations({ operations: [], maxThreads })).to.throw(RangeError, 'maxThreads');
    });

  it('refuses a container whose Operations are open, and takes it once they are closed', async () => {
    const services = container.createChildContainer();
    const first = createOperations({ operations: [], container: services });
    const [fault, ...others] = faultsOf([], { container: services });
    expect(others).to.deep.equal([]);
    expect(fault).to.include({ code: 'container-taken', subject: 'createOperations' });
    expect(services.resolve(Operations), 'handlers get those that are open').to.equal(first);
    const below = createOperations({ operations: [], container: services.createChildContainer() });
    await first.close();
    const next = createOperations({ operations: [], container: services });
    expect(services.resolve(Operations)).to.equal(next);
    await Promise.all([below.close(), next.close()]);
  });

  it('leaves a container free where it has found a fault', async () => {
    const services = container.createChildContainer();
    class Plain {
      run(): void {}
    }
    expect(faultsOf([Plain], { container: services })).to.have.length(1);
    await createOperations({ operations: [], container: services }).close();
  });

  it('lists every fault together, with the class and where it was declared', () => {
    class Plain {
      run(): void {}
    }
    @Operation('twice')
    class First {
      run(): void {}
    }
    @Operation('twice')
    class Second {
      run(): void {}
    }
    const faults = faultsOf([Plain, First, Second, undefined]);
    expect(
      faults.map((fault) => ({ code: 'code' in fault && fault.code, subject: 'subject' in fault && fault.subject })),
    ).to.deep.equal([
      { code: 'not-declared', subject: 'Plain' },
      { code: 'duplicate-kind', subject: 'Second' },
      { code: 'not-declared', subject: 'undefined' },
    ]);
    expect((faults[1] as { declaredAt: string }).declaredAt).to.contain('create-operations.test.');
    const all = new OperationsStartupError(faults as Error[]);
    expect(all.message).to.match(
      /^3 faults in the listed operations\n {2}Plain: is listed .*\n {2}Second: .*\n {4}declared at /,
    );
  });

  for (const [options, expected] of [
    [{ timeoutMs: -1 }, 'declares timeoutMs: -1'],
    [{ cancelGraceMs: Number.NaN }, 'declares cancelGraceMs: NaN'],
    [{ retentionMs: Number.POSITIVE_INFINITY }, 'declares retentionMs: Infinity'],
    [{ retentionMs: Number.MAX_SAFE_INTEGER }, 'of 100 years at most'],
    [{ backoffMs: '5' }, 'declares backoffMs: 5'],
    [{ concurrency: 0 }, 'declares concurrency: 0'],
    [{ perOwnerLimit: 1.5 }, 'declares perOwnerLimit: 1.5'],
    [{ attempts: 3 }, 'is not repeatable'],
    [{ input: {} }, 'no Standard Schema'],
    [{ runIn: 'thread' }, 'add `module: import.meta.url`'],
  ] as const) {
    it(`refuses ${Object.entries(options)
      .map(([name, value]) => `${name}: ${String(value)}`)
      .join()}`, () => {
      const odd = defineOperation('odd', options as object, () => {});
      const [fault] = faultsOf([odd]);
      expect(fault).to.include({ code: 'bad-declaration', subject: '"odd"' });
      expect((fault as Error).message).to.contain(expected);
    });
  }

  it('refuses kinds that are no names', () => {
    for (const kind of ['', '-x', '../x', 'a b', 'x'.repeat(101), 7])
      expect(faultsOf([defineOperation(kind as string, {}, () => {})])[0]).to.have.property('code', 'bad-declaration');
    for (const kind of ['import-customers', 'v2.import_all', '7', 'x'.repeat(100)])
      expect(faultsOf([defineOperation(kind, {}, () => {})])).to.deep.equal([]);
  });

  it('refuses what is declared twice, as one kind is found by it', () => {
    const both = defineOperation(
      'second',
      {},
      defineOperation('first', {}, () => {}),
    );
    expect((faultsOf([both])[0] as Error).message).to.contain('is declared as "first" and as "second"');
  });

  it('does not take the declaration of a base class for that of the class', () => {
    @Operation('base')
    class Base {
      run(): void {}
    }
    class Derived extends Base {}
    expect(faultsOf([Derived])[0]).to.have.property('code', 'not-declared');
  });

  it('walks what constructors need', () => {
    @Operation('needs')
    class Needs {
      constructor(@inject('nobody') readonly missing: unknown) {}
      run(): void {}
    }
    expect(faultsOf([Needs])[0]).to.include({ code: 'unregistered-token', subject: 'Needs' });
    expect(faultsOf([Needs], { runs: false }), 'a process that runs nothing builds nothing').to.deep.equal([]);
  });

  it('refuses what asks for the context of a request, however far below', () => {
    @injectable()
    class User {
      constructor(readonly context: HttpContext) {}
    }
    @Operation('greet')
    class Greet {
      constructor(readonly user: User) {}
      run(): void {}
    }
    const [fault] = faultsOf([Greet]);
    expect(fault).to.include({ code: 'needs-request', subject: 'Greet' });
    expect((fault as { declaredAt: string }).declaredAt).to.contain('create-operations.test.');
  });

  it('registers Operations in the container, so that operations can start others', async () => {
    const services = container.createChildContainer();
    const child = defineOperation('child', {}, (input: number) => input + 1);
    @Operation('parent')
    class Parent {
      constructor(private readonly operations: Operations) {}
      async run(input: number): Promise<unknown> {
        return (await run(this.operations, 'child', input)).result;
      }
    }
    const operations = createOperations({ operations: [child, Parent], container: services });
    expect(services.resolve(Operations)).to.equal(operations);
    expect((await run(operations, 'parent', 1)).result).to.equal(2);
    await operations.close();
  });
});

describe('an attempt', () => {
  it('has objects of its own, which are disposed after it; singletons are shared', async () => {
    const disposed: string[] = [];
    let made = 0;
    @singleton()
    class Shared {
      readonly number: number = ++made;
    }
    @scoped(Lifecycle.ContainerScoped)
    class Unit {
      readonly number: number = ++made;
      dispose(): void {
        disposed.push(`unit ${this.number}`);
      }
    }
    @injectable()
    class Uses {
      constructor(readonly unit: Unit) {}
    }
    @Operation('build')
    class Build {
      constructor(
        private readonly shared: Shared,
        private readonly unit: Unit,
        private readonly uses: Uses,
      ) {}
      run(): unknown {
        return {
          shared: this.shared.number,
          unit: this.unit.number,
          same: this.unit === this.uses.unit,
          disposed: disposed.length,
        };
      }
      async [Symbol.asyncDispose](): Promise<void> {
        disposed.push('handler');
      }
    }
    const operations = createOperations({ operations: [Build], container: container.createChildContainer() });
    const first = (await run(operations, 'build')).result as { shared: number; unit: number };
    expect(first).to.include({ same: true, disposed: 0 });
    expect(disposed).to.deep.equal(['handler', `unit ${first.unit}`]);
    const second = (await run(operations, 'build')).result as { shared: number; unit: number };
    expect(second.shared).to.equal(first.shared);
    expect(second.unit).to.not.equal(first.unit);
    await operations.close();
  });

  it('that cannot dispose what was built for it says so, and stands', async () => {
    const errors: unknown[] = [];
    @Operation('messy')
    class Messy {
      run(): string {
        return 'done';
      }
      [Symbol.dispose](): void {
        throw new Error('stuck');
      }
    }
    const operations = createOperations({ operations: [Messy], onError: (error) => errors.push(error) });
    expect((await run(operations, 'messy')).result).to.equal('done');
    expect(errors).to.have.length(1);
    expect(errors[0]).to.have.property('code', 'dispose-failed');
    await operations.close();
  });

  it('whose objects cannot be built fails', async () => {
    const errors: unknown[] = [];
    @Operation('unbuilt')
    class Unbuilt {
      constructor() {
        throw new Error('the password is 1234');
      }
      run(): void {}
    }
    const operations = createOperations({ operations: [Unbuilt], onError: (error) => errors.push(error) });
    expect((await run(operations, 'unbuilt')).error).to.deep.equal({
      type: 'urn:verbena:operations:threw',
      title: 'The operation failed',
      code: 'threw',
    });
    expect(String(errors[0])).to.contain('1234');
    await operations.close();
  });

  it('gets what the schema makes of a copy of the input', async () => {
    const seen: unknown[] = [];
    const input = { day: new Date(86_400_000), rows: [1] };
    const schema = z.object({ day: z.coerce.date(), rows: z.array(z.number()), size: z.number().default(5) });
    const take = defineOperation(
      'take',
      { input: schema },
      async (given: z.infer<typeof schema>, _work: OperationContext) => {
        seen.push(given);
      },
    );
    const operations = createOperations({ operations: [take] });
    const starting = operations.start('take', input, { owner: 'ann' });
    input.rows.push(2);
    const { id } = await starting;
    for await (const _view of operations.watch(id));
    expect(seen).to.deep.equal([{ day: new Date(86_400_000), rows: [1], size: 5 }]);
    await operations.close();
  });
});
