/**
 * A program of its own: Koa with sessions, and operations that do what the measuring program says. Started by `programs.mjs`.
 *
 * Usage: node site.mjs [path], where the path of a Redis leaves the work to others
 */
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createApp, defineHandler } from '@verbena/core';
import { toKoa } from '@verbena/koa';
import { createOperations, defineOperation } from '@verbena/operations';
import { closeStreams, operationHandlers, startOperation } from '@verbena/operations/http';
import Keyv from 'keyv';
import Koa from 'koa';
import { container } from 'tsyringe';
import { answerCommands } from './commands.mjs';

const DAY_MS = 86_400_000;

/** What the handlers of running operations were given, by id. */
const running = new Map();
/** When the signal of an operation aborted, by id: nanoseconds of the monotonic clock, which processes share. */
const abortedAt = new Map();
let begun = 0;

const steered = defineOperation('steered', { concurrency: 20_000, cancelGraceMs: 500 }, (_input, operation) => {
  begun += 1;
  running.set(operation.id, operation);
  return new Promise((resolve, reject) => {
    operation.finish = resolve;
    operation.signal.addEventListener('abort', () => {
      abortedAt.set(operation.id, String(process.hrtime.bigint()));
      reject(new Error('stopped', { cause: operation.signal.reason }));
    });
  });
});
const sink = defineOperation('public', { concurrency: 20_000 }, (_input, operation) => {
  running.set(operation.id, operation);
  return new Promise((resolve) => (operation.finish = resolve));
});

const store = new Keyv();
const services = container.createChildContainer();
const [redisPath] = process.argv.slice(2);
const operations = createOperations({
  operations: [steered, sink],
  ...(redisPath === undefined ? {} : (await import('./redis/elsewhere.mjs')).elsewhere(redisPath)),
  container: services,
});
const app = createApp({
  container: services,
  session: { store, maxAgeMs: DAY_MS },
  handlers: [
    ...operationHandlers(operations, { canView: (_context, { kind }) => kind === 'public' }),
    defineHandler({ verb: 'POST', path: '/start', session: 'required' }, async (context) =>
      startOperation(context, steered, await context.request.json()),
    ),
  ],
});
const koa = new Koa();
// Koa says of each client that leaves that the answer closed too early.
koa.silent = true;
const answer = koa.use(toKoa(app)).callback();
const server = createServer((message, response) => void answer(message, response));

process.once('SIGTERM', () => void stop());

async function stop() {
  server.close();
  await Promise.all([closeStreams(operations), operations.close({ graceMs: 2000 })]);
  await app.close({ graceMs: 1000 });
  process.exit();
}

answerCommands({
  listen: () =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', 20_000, () => resolve(server.address().port));
    }),

  /** Sessions as they stand in the store, each with an owner of its own; gives the cookies. */
  async sessions({ count }) {
    const cookies = [];
    for (let index = 0; index < count; index += 1) {
      const id = randomUUID();
      const content = { values: { operationsOwner: `owner ${index}` }, savedAt: Date.now() };
      await store.set(id, content, DAY_MS);
      cookies.push(`verbena.sid=${id}`);
    }
    return cookies;
  },

  /** Starts operations, each for an owner of its own, and waits until all of them run. */
  async start({ count, kind }) {
    const ids = [];
    for (let index = 0; index < count; index += 1) {
      const { id } = await operations.start(kind, {}, { owner: `owner ${index}` });
      ids.push(id);
    }
    while (!ids.every((id) => running.has(id))) await new Promise((resolve) => setImmediate(resolve));
    return ids;
  },

  /** Starts operations that others run, each for an owner of its own, spread over a beat, and waits until all of them run. */
  async startElsewhere({ count, kind, input }) {
    const ids = [];
    for (let index = 0; index < count; index += 1) {
      const phaseMs = (index / count) * input.everyMs;
      ids.push((await operations.start(kind, { ...input, phaseMs }, { owner: `owner ${index}` })).id);
    }
    for (const id of ids)
      while ((await operations.get(id)).state !== 'running') await new Promise((resolve) => setTimeout(resolve, 20));
    return ids;
  },

  /** Gives operations so many parts that their frames become long. */
  lengthen({ ids, parts }) {
    for (const id of ids)
      for (let part = 0; part < parts; part += 1)
        running
          .get(id)
          ?.step(`part ${part} of a long list of parts`)
          .report({ value: 0.5, phase: 'as long as it may be' });
  },

  port: () => server.address().port,

  connections: () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))),

  /** Has operations report the time, one after another, spread over some milliseconds. */
  async report({ ids, spreadMs = 0 }) {
    const startedAt = performance.now();
    for (const [index, id] of ids.entries()) {
      const due = startedAt + (index / ids.length) * spreadMs;
      while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 1));
      running.get(id)?.report({ value: null, message: `t${process.hrtime.bigint()}` });
    }
  },

  finish: ({ ids }) => ids.forEach((id) => running.get(id)?.finish()),
  begun: () => begun,
  abortedAt: ({ id }) => abortedAt.get(id),

  async memory() {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 200));
    globalThis.gc();
    const { rss, heapUsed } = process.memoryUsage();
    return { rss, heapUsed };
  },
});
