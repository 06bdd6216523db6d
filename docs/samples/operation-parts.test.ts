import type { Operations } from '@verbena/operations';
import { expect } from 'chai';
import { BackUp, openOperations } from './operation-parts.js';

describe('samples/operation-parts', () => {
  let operations: Operations;

  before(() => {
    operations = openOperations();
  });

  after(() => operations.close());

  it('shows each part', async () => {
    const { id } = await operations.start(BackUp, { photos: ['a', 'b'], texts: [] }, { owner: 'Ann' });
    let parts: unknown;
    for await (const { progress } of operations.watch(id)) parts = progress?.children;
    expect(parts).to.deep.equal([
      { name: 'Photos', weight: 9, value: 1, done: 2, total: 2, unit: 'files' },
      { name: 'Texts', weight: 1, value: 1 },
    ]);
  });
});
