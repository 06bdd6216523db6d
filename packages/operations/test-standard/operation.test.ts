import { createOperations, Operation, type OperationContext, type OperationSource } from '@verbena/operations';
import { expect } from 'chai';

class Prices {
  of(count: number): number {
    return 7 * count;
  }
}

async function run(source: OperationSource, kind: string, input: unknown): Promise<unknown> {
  const operations = createOperations({ operations: [source] });
  const { id } = await operations.start(kind, input, { owner: 'ann' });
  let result: unknown;
  for await (const view of operations.watch(id)) result = view.result;
  await operations.close();
  return result;
}

describe('@Operation in TC39 form', () => {
  it('declares a class, which says by itself what is injected', async () => {
    @Operation('price', { concurrency: 2 })
    class Price {
      static readonly inject = [Prices] as const;
      constructor(private readonly prices: Prices) {}
      run(count: number, { attempt }: OperationContext): unknown {
        return { price: this.prices.of(count), attempt };
      }
    }
    expect(await run(Price, 'price', 3)).to.deep.equal({ price: 21, attempt: 1 });
  });

  it('declares what another decorator put in the place of the class', async () => {
    const doubled = <Class extends new () => { run(count: number): number }>(type: Class): Class =>
      class extends (type as new () => { run(count: number): number }) {
        override run(count: number): number {
          return 2 * super.run(count);
        }
      } as unknown as Class;
    @Operation('count')
    @doubled
    class Count {
      run(count: number): number {
        return count;
      }
    }
    expect(await run(Count, 'count', 4)).to.equal(8);
  });
});
