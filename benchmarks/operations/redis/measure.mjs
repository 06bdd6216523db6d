import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { createOperations } from '@verbena/operations';
import { elsewhere } from './elsewhere.mjs';
import { withRedis } from './server.mjs';
import { clock, now, storm } from './work.mjs';
import { startWorker } from './workers.mjs';

const owner = { owner: 'ann' };

/**
 * What operations.md asks of the distributed driver: one process that watches, others that work, a Redis of its own.
 *
 * @typedef {object} Spread milliseconds
 * @property {number} p50
 * @property {number} p95
 * @property {number} p99
 * @property {number} count
 *
 * @typedef {object} RedisResults
 * @property {Spread} reportToWatcher
 * @property {Spread} cancelToSignal
 * @property {Spread} killToNextAttempt
 * @property {number} reportsPerSecond what a handler said
 * @property {number} writesPerSecond what Redis was told of it
 * @property {{ none: number, many: number, watched: number }} connections of the process that watches
 *
 * @param {{ kills: number, seconds: number }} extent
 * @returns {Promise<RedisResults>}
 */
export function measureRedis({ kills, seconds }) {
  return withRedis(async ({ path, client }) => {
    const operations = createOperations(elsewhere(path));
    await operations.ready();
    const workers = new Set([await startWorker(path)]);
    const stage = { path, client, operations, workers, seconds };
    try {
      return {
        ...(await reports(stage)),
        ...(await cancellations(stage)),
        ...(await storms(stage)),
        ...(await connections(stage)),
        ...(await killed(stage, kills)),
      };
    } finally {
      await operations.close();
      for (const worker of workers) worker.kill('SIGKILL');
    }
  });
}

/** From `report` in the worker to a listener in the process that watches, while 100 operations report. */
async function reports({ operations, seconds }) {
  const delays = [];
  // Further apart than reports are kept back, so that the way is measured and not the wait.
  const input = { forMs: seconds * 1_000, everyMs: 250 };
  const all = await Promise.all(Array.from({ length: 100 }, () => operations.start(clock, input, owner)));
  await Promise.all(
    all.map(async ({ id }) => {
      for await (const { state, progress } of operations.watch(id)) {
        if (state === 'running' && progress?.message !== undefined) delays.push(msSince(progress.message.slice(1)));
      }
    }),
  );
  return { reportToWatcher: spreadOf(delays) };
}

/** From `cancel` in one process to the signal of the handler in another. */
async function cancellations({ operations, workers }) {
  const stoppedAt = new Map();
  const [worker] = workers;
  const listen = ({ id, stoppedAt: at }) => at !== undefined && stoppedAt.set(id, BigInt(at));
  worker.on('message', listen);
  const input = { forMs: 60_000, everyMs: 1_000 };
  const all = await Promise.all(Array.from({ length: 200 }, () => operations.start(clock, input, owner)));
  for (const { id } of all) await until(async () => (await operations.get(id)).state === 'running');
  const delays = [];
  for (const { id } of all) {
    const askedAt = BigInt(now());
    await operations.cancel(id);
    await until(() => stoppedAt.has(id));
    delays.push(Number(stoppedAt.get(id) - askedAt) / 1e6);
  }
  worker.off('message', listen);
  return { cancelToSignal: spreadOf(delays) };
}

/** What Redis is told of a handler that reports without a pause. */
async function storms({ operations, seconds }) {
  const { id } = await operations.start(storm, { forMs: seconds * 1_000 }, owner);
  await until(async () => (await operations.get(id)).state === 'running');
  const before = (await operations.get(id)).seq;
  let last;
  for await (last of operations.watch(id));
  return {
    reportsPerSecond: Math.round(last.result / seconds),
    // The last change is the end, not a report.
    writesPerSecond: (last.seq - before - 1) / seconds,
  };
}

/** Connections of the process that watches: with nobody watching, and with 10,000 operations watched. */
async function connections({ operations, client }) {
  const own = async () => String(await client.client('LIST')).match(/name=verbena-(commands|news)/g).length;
  const none = await own();
  const input = { forMs: 1, everyMs: 1 };
  const watched = 10_000;
  const listeners = [];
  for (let count = 0; count < watched; count += 100) {
    const some = await Promise.all(Array.from({ length: 100 }, () => operations.start(clock, input, owner)));
    listeners.push(...(await Promise.all(some.map(({ id }) => operations.subscribe(id, { changed() {} })))));
  }
  const many = await own();
  for (const listener of listeners) listener?.close();
  // The worker of these measurements has two more of those names.
  return { connections: { none: none - 2, many: many - 2, watched } };
}

/** From the end of a worker's process to the next attempt, as it is seen in another. */
async function killed({ operations, workers, path }, kills) {
  const delays = [];
  for (let count = 0; count < kills; count += 1) {
    const [victim] = workers;
    const { id } = await operations.start(clock, { forMs: 60_000, everyMs: 200 }, owner);
    await until(async () => (await operations.get(id)).state === 'running');
    const survivor = await startWorker(path);
    workers.add(survivor);
    await pause(Math.random() * 1_000);
    victim.kill('SIGKILL');
    workers.delete(victim);
    const killedAt = performance.now();
    for await (const { attempt } of operations.watch(id)) if (attempt === 2) break;
    delays.push(performance.now() - killedAt);
    await operations.cancel(id);
  }
  return { killToNextAttempt: spreadOf(delays) };
}

async function until(holds) {
  while (!(await holds())) await pause(2);
}

function msSince(text) {
  return Number(process.hrtime.bigint() - BigInt(text)) / 1e6;
}

function spreadOf(delays) {
  const sorted = [...delays].sort((one, other) => one - other);
  const at = (share) => Math.round(100 * sorted[Math.ceil(share * sorted.length) - 1]) / 100;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), count: sorted.length };
}
