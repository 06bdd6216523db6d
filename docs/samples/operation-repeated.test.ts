import type { Operations } from '@verbena/operations';
import { expect } from 'chai';
import { openOperations, SendLetters, sent } from './operation-repeated.js';

describe('samples/operation-repeated', () => {
  let operations: Operations;

  before(() => {
    operations = openOperations();
  });

  after(() => operations.close());

  it('goes on where the first attempt failed', async () => {
    const { id } = await operations.start(SendLetters, 4, { owner: 'Ann' });
    for await (const _view of operations.watch(id));
    const view = await operations.get(id);
    expect([view?.state, view?.attempt]).to.deep.equal(['succeeded', 2]);
    expect(sent).to.deep.equal([0, 1, -1, 2, 3]);
  });
});
