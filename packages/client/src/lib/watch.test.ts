import FakeTimers, { type Clock } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import type { OperationError } from './errors.js';
import { OperationServer } from './operation-server.test-support.js';
import type { OperationRecord } from './record.js';
import { moment, until } from './until.test-support.js';
import { type OperationWatch, type WatchOptions, watchOperation } from './watch.js';

describe('watchOperation', () => {
  let server: OperationServer;
  let operation: OperationRecord;
  let ending: AbortController;
  let clock: Clock | undefined;
  let unanswered = 0;

  beforeEach(async () => {
    server = await OperationServer.start();
    operation = server.add();
    ending = new AbortController();
  });

  afterEach(async () => {
    ending.abort();
    clock?.uninstall();
    clock = undefined;
    await server.stop();
  });

  /** Watches with a way of fetching of its own, so that no test meets the connections of another. */
  function watch(options: WatchOptions = {}): OperationWatch {
    const { signal } = ending;
    return watchOperation(server.url(operation), { signal, fetch: (...request) => ask(...request), ...options });
  }

  /** Fetches, and tells `pass` when the answer is there as a whole, or as a stream. */
  async function ask(...request: Parameters<typeof fetch>): Promise<Response> {
    unanswered += 1;
    try {
      const response = await fetch(...request);
      const isStream = response.headers.get('content-type') === 'text/event-stream';
      if (!isStream) await response.clone().arrayBuffer();
      return response;
    } finally {
      unanswered -= 1;
    }
  }

  /** What a watch gave so far, and how it ended. */
  function collect(watched: OperationWatch): { records: OperationRecord[]; end: Promise<unknown> } {
    const records: OperationRecord[] = [];
    const end = (async () => {
      for await (const record of watched) records.push(record);
      return 'over';
    })();
    return { records, end: end.catch((error: unknown) => error) };
  }

  const lastValue = (records: readonly OperationRecord[]): number | null | undefined => records.at(-1)?.progress?.value;

  /** Lets time pass on the test's clock until a condition holds. It stands still while an answer is on its way. */
  async function pass(ms: number, isEnough: () => boolean): Promise<void> {
    for (let passed = 0; passed < ms && !isEnough(); passed += 500) {
      await clock?.tickAsync(500);
      await until(() => unanswered === 0);
      await moment();
    }
  }

  function fakeTimers(): Clock {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'], shouldClearNativeTimers: true });
    return clock;
  }

  it('gives the record as it is, then every change of it, and ends with the final one', async () => {
    const { records, end } = collect(watch());
    await until(() => server.streams === 1);
    server.report(operation.id, { value: 0.5 });
    await until(() => lastValue(records) === 0.5);
    server.change(operation.id, { state: 'succeeded', progress: { value: 1 } });
    expect(await end).to.equal('over');
    expect(records.map(({ state, seq }) => [state, seq])).to.deep.equal([
      ['running', 1],
      ['running', 2],
      ['succeeded', 3],
    ]);
  });

  it('gives a slow reader the newest record, not each', async () => {
    const seen: number[] = [];
    for await (const { seq, state } of watch()) {
      seen.push(seq);
      if (state !== 'running') break;
      await until(() => server.streams === 1);
      for (let value = 0.1; value < 1; value += 0.1) server.report(operation.id, { value });
      server.change(operation.id, { state: 'succeeded' });
      await until(() => server.streams === 0);
    }
    expect(seen).to.have.length(2);
  });

  it('resolves `done` with the final record, whichever it is', async () => {
    const { done } = watch();
    await until(() => server.streams === 1);
    server.change(operation.id, { state: 'failed', error: { title: 'Disk full' } });
    expect((await done).error).to.deep.equal({ title: 'Disk full' });
  });

  it('needs no stream for what has ended already', async () => {
    server.change(operation.id, { state: 'cancelled' });
    expect((await watch().done).state).to.equal('cancelled');
    expect(server.requests).to.deep.equal([`GET ${operation.links.self}`]);
  });

  it('begins from a record without asking for it', async () => {
    const { records } = collect(
      watchOperation(
        { ...operation, links: { ...operation.links, self: server.url(operation) } },
        { signal: ending.signal, fetch: (...request) => fetch(...request) },
      ),
    );
    await until(() => server.streams === 1);
    expect(records).to.have.length(1);
    expect(server.requests).to.deep.equal(['GET /operations/events']);
  });

  it('takes nothing older than it knows, by attempt and sequence', async () => {
    const fetchOnce: typeof fetch = (...request) => fetch(...request);
    const { records } = collect(watch({ fetch: fetchOnce }));
    const other = server.add();
    const marks = collect(watchOperation(server.url(other), { signal: ending.signal, fetch: fetchOnce })).records;
    await until(() => server.streams === 1 && marks.length === 1);
    server.change(operation.id, { attempt: 2, seq: 5, progress: { value: 0.2 } });
    await until(() => records.length === 2);
    server.send(operation.id, 'state', { ...operation, attempt: 1, seq: 9, progress: { value: 0.9 } });
    server.send(operation.id, 'progress', { id: operation.id, attempt: 2, seq: 4, progress: { value: 0.1 } });
    // What comes after these on the same stream shows that they have come.
    server.report(other.id, { value: 1 });
    await until(() => marks.length === 2);
    expect(records.map(({ progress }) => progress?.value)).to.deep.equal([undefined, 0.2]);
  });

  it('takes an end whatever its number: a server may have lost its last second', async () => {
    const { records } = collect(watch());
    await until(() => server.streams === 1);
    server.change(operation.id, { seq: 9 });
    await until(() => records.length === 2);
    server.change(operation.id, { seq: 7, state: 'succeeded' });
    await until(() => records.at(-1)?.state === 'succeeded');
  });

  it('forgets a message that progress does not repeat', async () => {
    operation = server.add({ message: 'Beginning' });
    const { records } = collect(watch());
    await until(() => server.streams === 1);
    server.report(operation.id, { value: 0.5 });
    await until(() => lastValue(records) === 0.5);
    expect(records.map(({ message }) => message)).to.deep.equal(['Beginning', undefined]);
  });

  describe('ends', () => {
    for (const [status, code] of [
      [401, 'unauthenticated'],
      [403, 'forbidden'],
      [404, 'unknown'],
      [410, 'gone'],
    ] as const)
      it(`at once with ${code} on ${status}`, async () => {
        server.refusal = status;
        const watched = watch();
        const error = (await collect(watched).end) as OperationError;
        expect(error).to.include({ name: 'OperationError', code });
        expect(error.message).to.equal(`Watching ${server.url(operation)}: ${status} Refused with ${status}`);
        expect(error.problem?.title).to.equal(`Refused with ${status}`);
        expect(server.requests).to.have.length(1);
      });

    it('when the server says that it has forgotten the operation', async () => {
      const { done } = watch();
      await until(() => server.streams === 1);
      server.forget(operation.id);
      expect(await done.catch((error: OperationError) => error.code)).to.equal('gone');
      await until(() => server.streams === 0);
    });

    it('when the user is signed out in the middle', async () => {
      const { end } = collect(watch());
      await until(() => server.streams === 1);
      fakeTimers();
      server.refusal = 401;
      server.endStreams();
      await until(async () => {
        await clock?.tickAsync(200);
        return (await Promise.race([end, Promise.resolve('on')])) !== 'on';
      });
      expect(await end).to.include({ code: 'unauthenticated' });
    });

    it('iteration without an error and `done` with the reason, when its signal aborts', async () => {
      const watched = watch();
      const { end } = collect(watched);
      const { done } = watched;
      await until(() => server.streams === 1);
      ending.abort(new Error('Left'));
      expect(await end).to.equal('over');
      expect(await done.catch((error: Error) => error.message)).to.equal('Left');
      await until(() => server.streams === 0);
    });

    it('the stream when the last reader leaves the loop', async () => {
      for await (const _ of watch()) {
        await until(() => server.streams === 1);
        break;
      }
      await until(() => server.streams === 0);
    });
  });

  describe('one page', () => {
    it('has one stream for all its operations', async () => {
      const fetchOnce: typeof fetch = (...request) => fetch(...request);
      const all = [operation, server.add(), server.add()];
      const collected = all.map((one) =>
        collect(watchOperation(server.url(one), { signal: ending.signal, fetch: fetchOnce })),
      );
      await until(() => collected.every(({ records }) => records.length === 1) && server.streams === 1);
      all.forEach(({ id }, index) => server.report(id, { value: index / 10 }));
      await until(() => collected.every(({ records }) => records.length === 2));
      expect(collected.map(({ records }) => lastValue(records))).to.deep.equal([0, 0.1, 0.2]);
      expect(server.streams).to.equal(1);
    });

    it('takes another operation onto the stream when one is added', async () => {
      const options = { signal: ending.signal, fetch: ((...request) => fetch(...request)) as typeof fetch };
      collect(watchOperation(server.url(operation), options));
      await until(() => server.streams === 1);
      const later = server.add();
      const { records } = collect(watchOperation(server.url(later), options));
      await until(() => server.requests.filter((request) => request.endsWith('/operations/events')).length === 2);
      await until(() => server.streams === 1);
      server.report(later.id, { value: 0.7 });
      await until(() => lastValue(records) === 0.7);
    });

    it('polls for what is more than fits on one stream', async () => {
      const options = { fetch: ((...request) => fetch(...request)) as typeof fetch };
      const all = Array.from({ length: 51 }, () => server.add());
      const collected = all.map((one) => collect(watchOperation(server.url(one), options)));
      await until(() => collected.every(({ records }) => records.length === 1) && server.streams === 1);
      all.forEach(({ id }) => server.change(id, { state: 'succeeded' }));
      for (const { end } of collected) expect(await end).to.equal('over');
    });
  });

  describe('a lost connection', () => {
    it('is made again when the server said, and gives only what is new', async () => {
      const { records } = collect(watch());
      await until(() => server.streams === 1);
      server.endStreams();
      await until(() => server.streams === 0);
      server.report(operation.id, { value: 0.4 });
      await until(() => lastValue(records) === 0.4);
      expect(records).to.have.length(2);
    });

    it('is made again after a restart of the server, and nothing jumps back', async () => {
      const { records, end } = collect(watch());
      await until(() => server.streams === 1);
      server.report(operation.id, { value: 0.4 });
      await until(() => lastValue(records) === 0.4);
      await server.stop();
      server.report(operation.id, { value: 0.8 });
      await server.listen();
      await until(() => lastValue(records) === 0.8 && server.streams === 1);
      server.change(operation.id, { state: 'succeeded' });
      await end;
      const values = records.map(({ progress }) => progress?.value ?? 0);
      expect(values).to.deep.equal([...values].sort((a, b) => a - b));
    });

    it('is noticed by its silence', async () => {
      const { records } = collect(watch());
      await until(() => server.streams === 1);
      const timers = fakeTimers();
      server.report(operation.id, { value: 0.1 });
      await until(() => lastValue(records) === 0.1);
      await timers.tickAsync(39_000);
      expect(server.streams).to.equal(1);
      await timers.tickAsync(2_000);
      await until(() => server.streams === 0);
    });
  });

  describe('polling', () => {
    it('goes on behind a proxy that holds the stream back, and tries the stream again after a minute', async () => {
      server.mute = true;
      fakeTimers();
      const { records } = collect(watch());
      const tries = (): number => server.requests.filter((request) => request === 'GET /operations/events').length;
      await pass(2_000, () => tries() === 1);
      server.report(operation.id, { value: 0.3 });
      await pass(8_000, () => lastValue(records) === 0.3);
      expect(lastValue(records)).to.equal(0.3);
      server.mute = false;
      await pass(50_000, () => tries() === 2);
      expect(tries()).to.equal(1);
      await pass(20_000, () => server.streams === 1);
      expect(server.streams).to.equal(1);
    });

    it('asks with the version it has, no more often than the server wants', async () => {
      server.retryAfterSeconds = 5;
      const timers = fakeTimers();
      const { records } = collect(watch({ transport: 'poll' }));
      // By the time the answer is given, the next question is planned.
      await until(() => records.length === 1);
      await timers.tickAsync(4_900);
      expect(server.requests).to.have.length(1);
      await timers.tickAsync(100);
      await until(() => server.requests.length === 2);
      expect(server.tags).to.deep.equal([undefined, '"1"']);
    });

    it('takes over where the server refuses the stream', async () => {
      server.streamRefusal = 503;
      server.retryAfterSeconds = undefined;
      const timers = fakeTimers();
      const { end } = collect(watch());
      await until(async () => {
        await timers.tickAsync(60);
        return server.requests.includes('GET /operations/events');
      });
      server.change(operation.id, { state: 'succeeded' });
      await until(async () => {
        await timers.tickAsync(500);
        return (await Promise.race([end, Promise.resolve('on')])) === 'over';
      });
    });

    it('goes on through answers that are no records', async () => {
      const answers = ['<h1>Sign in to the hotel</h1>', '{"room":7}'];
      const portal: typeof fetch = (...request) => {
        const answer = answers.shift();
        return answer === undefined ? fetch(...request) : Promise.resolve(new Response(answer));
      };
      const { records } = collect(watch({ fetch: portal, transport: 'poll' }));
      await until(() => records.length > 0);
      expect(records[0]?.id).to.equal(operation.id);
    });

    it('is not done where only a stream is wanted', async () => {
      const timers = fakeTimers();
      collect(watch({ transport: 'sse' }));
      await until(async () => {
        await timers.tickAsync(60);
        return server.streams === 1;
      });
      server.mute = true;
      server.endStreams();
      await timers.tickAsync(30_000);
      await until(() => server.requests.length > 2);
      expect(server.requests.filter((request) => request === `GET ${operation.links.self}`).length).to.be.at.most(4);
    });
  });

  describe('cancel', () => {
    it('gives the record as it then is, and shows it to all who watch', async () => {
      const watched = watch();
      const { records } = collect(watched);
      await until(() => server.streams === 1);
      expect((await watched.cancel()).state).to.equal('cancelling');
      await until(() => records.at(-1)?.state === 'cancelling');
    });

    it('works before anything is known', async () => {
      expect((await watch().cancel()).state).to.equal('cancelling');
    });

    it('watches no longer than it takes', async () => {
      const timers = fakeTimers();
      const { cancel } = watch();
      await cancel();
      server.requests.length = 0;
      await timers.tickAsync(10_000);
      // Whatever it had sent would have come before this.
      await fetch(`${server.origin}/operations/last`);
      expect(server.requests).to.deep.equal(['GET /operations/last']);
    });

    it('gives the final record when the operation has ended first', async () => {
      const watched = watch({ transport: 'poll' });
      collect(watched);
      await until(() => server.requests.length === 1);
      server.change(operation.id, { state: 'succeeded' });
      expect((await watched.cancel()).state).to.equal('succeeded');
    });

    it('says why the server refuses', async () => {
      operation = server.add({ cancellable: false });
      const error = await watch()
        .cancel()
        .catch((thrown: OperationError) => thrown);
      expect(error).to.include({ code: 'refused' });
      expect((error as OperationError).message).to.include(`Cancelling ${server.origin}${operation.links.cancel}: 409`);
    });

    it('says so, however often, when the server has forgotten the operation meanwhile', async () => {
      const watched = watch({ transport: 'poll' });
      const { records } = collect(watched);
      await until(() => records.length === 1);
      server.refusal = 410;
      for (const _ of ['while it is watched', 'after that']) {
        const error = await watched.cancel().catch((thrown: OperationError) => thrown);
        expect(error).to.include({ code: 'gone' });
      }
    });

    it('says so when there is no answer', async () => {
      await server.stop();
      const error = await watch()
        .cancel()
        .catch((thrown: OperationError) => thrown);
      expect(error).to.include({ code: 'unreachable' });
    });

    it('says so when the answers stop after the operation was known', async () => {
      const watched = watch();
      collect(watched);
      await until(() => server.streams === 1);
      await server.stop();
      const error = await watched.cancel().catch((thrown: OperationError) => thrown);
      expect(error).to.include({
        name: 'OperationError',
        code: 'unreachable',
        message: `Cancelling ${server.url(operation)}: no answer`,
      });
    });

    it('says so when somebody else answers', async () => {
      const portal: typeof fetch = (url, options) =>
        options?.method === 'POST'
          ? Promise.resolve(new Response('<h1>Sign in to the hotel</h1>'))
          : fetch(url, options);
      const error = await watch({ fetch: portal })
        .cancel()
        .catch((thrown: OperationError) => thrown);
      expect(error).to.include({ code: 'unreachable' });
    });

    it('waits thirty seconds for an answer, and no longer', async () => {
      const watched = watch();
      collect(watched);
      await until(() => server.streams === 1);
      const timers = fakeTimers();
      const { timeout } = AbortSignal;
      // The platform's own goes by the true clock.
      AbortSignal.timeout = (ms) => {
        const running = new AbortController();
        setTimeout(() => running.abort(), ms);
        return running.signal;
      };
      try {
        server.hold = new Promise(() => {});
        const ends: unknown[] = [];
        void watched.cancel().catch((thrown: unknown) => ends.push(thrown));
        await until(() => server.requests.some((request) => request.startsWith('POST')));
        await timers.tickAsync(29_999);
        await moment();
        expect(ends).to.deep.equal([]);
        await timers.tickAsync(1);
        await until(() => ends.length === 1);
        expect(ends[0]).to.include({ code: 'unreachable' });
      } finally {
        AbortSignal.timeout = timeout;
      }
    });
  });

  it('refuses a URL that is none', () => {
    expect(() => watchOperation('operations/1')).to.throw(TypeError);
  });
});
