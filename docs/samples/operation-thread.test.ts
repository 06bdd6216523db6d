import type { Operations } from '@verbena/operations';
import { expect } from 'chai';
import { CountPrimes, openOperations } from './operation-thread.js';

describe('samples/operation-thread', () => {
  let operations: Operations;

  before(() => {
    operations = openOperations();
  });

  after(() => operations.close());

  it('counts, without keeping this thread busy', async () => {
    const { id } = await operations.start(CountPrimes, 1_000, { owner: 'Ann' });
    for await (const _view of operations.watch(id));
    expect((await operations.get(id))?.result).to.equal(168);
  });

  it('stops though it never pauses', async () => {
    const { id } = await operations.start(CountPrimes, 1e9, { owner: 'Ann' });
    for await (const { progress } of operations.watch(id)) if (progress !== null) break;
    await operations.cancel(id);
    for await (const _view of operations.watch(id));
    expect((await operations.get(id))?.state).to.equal('cancelled');
  });
});
