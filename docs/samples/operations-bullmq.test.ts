import { Redis } from '@verbena/test-programs/redis';
import { expect } from 'chai';
import { MakeReport, openOperations } from './operations-bullmq.js';
import { WorkerProcess } from './testing/worker-process.js';

describe('samples/operations-bullmq', () => {
  let redis: Redis;

  before(async function () {
    redis = await Redis.start(this);
  });
  after(() => (redis as Redis | undefined)?.stop());

  it('starts in one process what another does', async () => {
    const { operations } = openOperations(redis.path);
    const worker = new WorkerProcess(redis.path);
    const { id } = await operations.start(MakeReport, { year: 1999 }, { owner: 'ann' });
    const months: (number | undefined)[] = [];
    let last;
    for await (last of operations.watch(id)) months.push(last.progress?.done);

    expect(last).to.include({ state: 'succeeded', result: 'Report of 1999' });
    expect(months).to.include(0);
    expect(await worker.stop()).to.equal(0);
    await operations.close();
  });
});
