import { Redis } from '@verbena/test-programs/redis';
import { expect } from 'chai';
import { createBoard } from './bull-board.js';
import { MakeReport, openOperations } from './operations-bullmq.js';
import { type LocalServer, serve } from './testing/local-server.js';
import { WorkerProcess } from './testing/worker-process.js';

describe('samples/bull-board', () => {
  let redis: Redis;
  let server: LocalServer;
  let close: () => Promise<void>;
  let id: string;

  before(async function () {
    redis = await Redis.start(this);
    const { operations, driver } = openOperations(redis.path);
    const worker = new WorkerProcess(redis.path);
    ({ id } = await operations.start(MakeReport, { year: 1999 }, { owner: 'ann' }));
    for await (const { state } of operations.watch(id)) if (state === 'succeeded') break;
    server = await serve(createBoard(driver, ['make-report'], (ctx) => ctx.get('x-role') === 'admin'));
    close = async () => {
      await server.close();
      await worker.stop();
      await operations.close();
    };
  });

  after(async () => {
    await close?.();
    await (redis as Redis | undefined)?.stop();
  });

  const ask = (path: string, role: string, method = 'GET') =>
    fetch(`${server.url}/admin/jobs${path}`, { method, headers: { 'x-role': role } });

  it('shows administrators the jobs behind operations', async () => {
    expect(await (await ask('', 'admin')).text()).to.include('<title>Bull Dashboard</title>');
    const answer = await ask('/api/queues?activeQueue=make-report&status=completed&page=1&jobsPerPage=10', 'admin');
    const { queues } = (await answer.json()) as { queues: { name: string; jobs: { id: string; data: unknown }[] }[] };
    expect(queues.map(({ name }) => name)).to.deep.equal(['make-report']);
    expect(queues[0]!.jobs).to.have.lengthOf(1);
    expect(queues[0]!.jobs[0]).to.deep.include({ id, data: { id } });
  });

  it('shows nobody else that it is there', async () => {
    for (const path of ['', '/', '/api/queues', '/static/js/main.js']) {
      expect((await ask(path, 'visitor')).status).to.equal(404);
    }
  });

  it('changes nothing', async () => {
    expect((await ask('/api/queues/make-report/clean/completed', 'admin', 'PUT')).status).to.equal(405);
    expect((await ask(`/api/queues/make-report/${id}/clean`, 'admin', 'PUT')).status).to.equal(405);
    const answer = await ask(`/api/queues/make-report/${id}`, 'admin');
    expect(answer.status).to.equal(200);
  });
});
