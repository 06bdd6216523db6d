import type { Operations } from '@verbena/operations';
import { expect } from 'chai';
import { openOperations, readReport, ReportYear } from './operation-results.js';

describe('samples/operation-results', () => {
  let operations: Operations;

  before(() => {
    operations = openOperations();
  });

  after(() => operations.close());

  it('gives a file', async () => {
    const { id } = await operations.start(ReportYear, 2024, { owner: 'Ann' });
    for await (const _view of operations.watch(id));
    const report = await readReport(operations, id);
    expect(report?.type).to.equal('text/csv');
    expect(report?.text.split('\n')).to.have.length(14);
    await operations.forget(id);
    expect(await readReport(operations, id)).to.equal(undefined);
  });

  it('says how it failed', async () => {
    const { id } = await operations.start(ReportYear, 3000, { owner: 'Ann' });
    for await (const _view of operations.watch(id));
    expect((await operations.get(id))?.error).to.deep.equal({
      type: 'urn:verbena:operations:year-unknown',
      title: 'Nothing is known of that year',
      code: 'year-unknown',
      detail: '3000',
    });
  });
});
