import type { Operations } from '@verbena/operations';
import { expect } from 'chai';
import { countTo, MakeThumbnail, openOperations } from './operation-function.js';
import { waitFor } from './operations.js';

describe('samples/operation-function', () => {
  let operations: Operations;

  before(() => {
    operations = openOperations();
  });

  after(() => operations.close());

  it('runs a class without decorators', async () => {
    const { id } = await operations.start(MakeThumbnail, 'cat.jpg', { owner: 'Ann' });
    expect(await waitFor(operations, id)).to.equal('cat.jpg.thumbnail');
  });

  it('runs a function', async () => {
    const { id } = await operations.start(countTo, 0, { owner: 'Ann' });
    await waitFor(operations, id);
    expect((await operations.get(id))?.state).to.equal('succeeded');
  });
});
