import { expect } from 'chai';
import { container, injectable } from 'tsyringe';
import { z } from 'zod';
import { createOperations, defineOperation, Operation, type OperationContext, Operations } from '../index.js';

@injectable()
class Customers {
  readonly names: string[] = [];
}

@Operation('import-customers', { input: z.object({ names: z.array(z.string()) }) })
class ImportCustomers {
  constructor(private readonly customers: Customers) {}

  async run({ names }: { names: string[] }, { report }: OperationContext): Promise<{ imported: number }> {
    for (const [index, name] of names.entries()) {
      this.customers.names.push(name);
      report({ done: index + 1, total: names.length });
    }
    return { imported: names.length };
  }
}

describe('Operations', () => {
  it('starts, runs and tells to the end', async () => {
    const services = container.createChildContainer();
    const operations = createOperations({ operations: [ImportCustomers], container: services });
    expect(services.resolve(Operations)).to.equal(operations);
    const started = await operations.start(ImportCustomers, { names: ['Ann', 'Bob'] }, { owner: 'me' });
    const seen: unknown[] = [];
    for await (const { state, progress, result } of operations.watch(started.id))
      seen.push({ state, progress, result });
    expect(seen.at(-1)).to.deep.include({ state: 'succeeded', result: { imported: 2 } });
    await operations.close();
  });
  it('function', async () => {
    const double = defineOperation('double', { input: z.number() }, async (n: number) => n * 2);
    const operations = createOperations({ operations: [double] });
    const { id } = await operations.start(double, 4, { owner: 'me' });
    let result: unknown;
    for await (const view of operations.watch(id)) result = view.result;
    expect(result).to.equal(8);
    await operations.close();
  });
});
