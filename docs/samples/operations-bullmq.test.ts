import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from '@verbena/test-programs/redis';
import { expect } from 'chai';
import { MakeReport, openOperations } from './operations-bullmq.js';

describe('samples/operations-bullmq', () => {
  let redis: Redis;

  before(async function () {
    redis = await Redis.start(this);
  });
  after(() => (redis as Redis | undefined)?.stop());

  it('starts in one process what another does', async () => {
    const { operations } = openOperations(redis.path);
    const module = new URL('operations-bullmq.js', import.meta.url).href;
    const program = `import { startWorker } from ${JSON.stringify(module)}; startWorker(process.argv[1]);`;
    const worker = spawn(process.execPath, ['--input-type=module', '--eval', program, redis.path], {
      stdio: 'inherit',
    });
    const { id } = await operations.start(MakeReport, { year: 1999 }, { owner: 'ann' });
    const months: (number | undefined)[] = [];
    let last;
    for await (last of operations.watch(id)) months.push(last.progress?.done);

    expect(last).to.include({ state: 'succeeded', result: 'Report of 1999' });
    expect(months).to.include(0);
    worker.kill();
    const [code] = (await once(worker, 'exit')) as [number];
    expect(code).to.equal(0);
    await operations.close();
  });
});
