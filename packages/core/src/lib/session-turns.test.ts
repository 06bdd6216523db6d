import { type Clock, install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import fc from 'fast-check';
import { HttpException } from './http-exception.js';
import { KeyedTurns } from './session-turns.js';

const never = new AbortController().signal;

/** What a promise has come to once everything that can happen now has happened. */
async function stateOf(promise: Promise<unknown>): Promise<'waiting' | 'begun' | 'refused'> {
  const state = promise.then(
    () => 'begun' as const,
    () => 'refused' as const,
  );
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  return Promise.race([state, Promise.resolve('waiting' as const)]);
}

describe('KeyedTurns', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = install({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    expect(clock.countTimers()).to.equal(0);
    clock.uninstall();
  });

  it('gives the first its turn at once, and the next when the first has ended', async () => {
    const turns = new KeyedTurns();
    const endFirst = await turns.take('a', 1000, never);
    const second = turns.take('a', 1000, never);
    expect(await stateOf(second)).to.equal('waiting');
    endFirst();
    (await second)();
  });

  it('keeps keys apart', async () => {
    const turns = new KeyedTurns();
    const endA = await turns.take('a', 1000, never);
    (await turns.take('b', 1000, never))();
    (await turns.take('__proto__', 1000, never))();
    endA();
  });

  it('goes in the order they came', async () => {
    const turns = new KeyedTurns();
    const order: number[] = [];
    const all = Array.from({ length: 20 }, async (_, index) => {
      const end = await turns.take('a', 1000, new AbortController().signal);
      order.push(index);
      end();
    });
    await Promise.all(all);
    expect(order).to.deep.equal(Array.from({ length: 20 }, (_, index) => index));
  });

  it('refuses at once who comes when as many wait as may, and takes the next when one of them has begun', async () => {
    const turns = new KeyedTurns(2);
    const endFirst = await turns.take('a', 1000, never);
    const second = turns.take('a', 1000, never);
    const third = turns.take('a', 1000, never);
    const refusal = await turns.take('a', 1000, never).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(HttpException).with.property('status', 503);
    expect((refusal as HttpException).headers).to.have.property('retry-after', '1');
    expect(String(refusal)).to.include('2 requests of the same session are waiting already');
    (await turns.take('b', 1000, never))();
    endFirst();
    const endSecond = await second;
    const fourth = turns.take('a', 1000, never);
    expect(await stateOf(fourth)).to.equal('waiting');
    endSecond();
    (await third)();
    (await fourth)();
  });

  it('lets 50 wait unless told otherwise (aspnet-handlers.md H5)', async () => {
    const turns = new KeyedTurns();
    const ends = [await turns.take('a', 1000, never)];
    const waiting = Array.from({ length: 50 }, async () => ends.push(await turns.take('a', 1000, never)));
    expect(await stateOf(turns.take('a', 1000, never))).to.equal('refused');
    for (let index = 0; index <= 50; index += 1) {
      ends[index]?.();
      await waiting[index];
    }
    expect(ends).to.have.length(51);
  });

  it('counts an end once, however often it is called', async () => {
    const turns = new KeyedTurns();
    const endFirst = await turns.take('a', 1000, never);
    const second = turns.take('a', 1000, never);
    const third = turns.take('a', 1000, never);
    endFirst();
    endFirst();
    const endSecond = await second;
    endFirst();
    expect(await stateOf(third)).to.equal('waiting');
    endSecond();
    (await third)();
  });

  it('rejects with 503 and Retry-After when the turn does not come in time, and frees the place', async () => {
    const turns = new KeyedTurns();
    const endFirst = await turns.take('a', 1000, never);
    const second = turns.take('a', 50, never);
    const third = turns.take('a', 1000, never);
    const refused = second.catch((error: unknown) => error);
    clock.tick(49);
    expect(await stateOf(second)).to.equal('waiting');
    clock.tick(1);
    const error = await refused;
    expect(error).to.be.instanceOf(HttpException).with.property('status', 503);
    expect(error).to.have.deep.property('headers', { 'retry-after': '1' });
    expect(error).to.have.property(
      'detail',
      'Earlier requests of the same session kept this one waiting for more than 50 ms',
    );
    endFirst();
    (await third)();
  });

  for (const waitMs of [Infinity, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
    it(`waits for ${waitMs} ms without giving up early`, async () => {
      const turns = new KeyedTurns();
      const endFirst = await turns.take('a', waitMs, never);
      const second = turns.take('a', waitMs, never);
      clock.tick(2 ** 31 - 1);
      expect(await stateOf(second)).to.equal('waiting');
      endFirst();
      (await second)();
    });
  }

  it("rejects with the signal's reason when it aborts, and frees the place", async () => {
    const turns = new KeyedTurns();
    const endFirst = await turns.take('a', 1000, never);
    const controller = new AbortController();
    const second = turns.take('a', 1000, controller.signal);
    const third = turns.take('a', 1000, never);
    const refused = second.catch((error: unknown) => error);
    const reason = new Error('gone');
    controller.abort(reason);
    expect(await refused).to.equal(reason);
    endFirst();
    (await third)();
  });

  it('does not wait with a signal that has aborted already', async () => {
    const turns = new KeyedTurns();
    const endFirst = await turns.take('a', 1000, never);
    const reason = new Error('gone');
    expect(await turns.take('a', 1000, AbortSignal.abort(reason)).catch((error: unknown) => error)).to.equal(reason);
    endFirst();
    (await turns.take('a', 1000, never))();
  });

  it('keeps a turn that has begun, though the signal aborts or the time runs out', async () => {
    const turns = new KeyedTurns();
    const controller = new AbortController();
    const endFirst = await turns.take('a', 10, never);
    const second = turns.take('a', 10, controller.signal);
    endFirst();
    const endSecond = await second;
    const third = turns.take('a', 5000, never);
    controller.abort();
    clock.tick(1000);
    expect(await stateOf(third)).to.equal('waiting');
    endSecond();
    (await third)();
  });

  it('holds exclusion and order through any takes, ends, aborts and timeouts, and keeps no line in the end', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ take: fc.constantFrom('a', 'b'), waitMs: fc.constantFrom(5, 20, 1000) }) },
      { weight: 3, arbitrary: fc.record({ end: fc.nat(10) }) },
      { weight: 2, arbitrary: fc.record({ abort: fc.nat(10) }) },
      { weight: 1, arbitrary: fc.record({ tick: fc.constantFrom(1, 7, 30) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const turns = new KeyedTurns();
        const begun: { key: string; number: number; end: () => void }[] = [];
        const waiting: { key: string; number: number; controller: AbortController; dueAt: number }[] = [];
        const expectBegun: number[] = [];
        const actual: number[] = [];
        const refused: number[] = [];
        const expectRefused: number[] = [];
        let number = 0;

        const settle = async (): Promise<void> => {
          for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
        };
        const model = { held: new Map<string, number>() };
        const beginNext = (key: string): void => {
          const index = waiting.findIndex((one) => one.key === key);
          const [next] = index < 0 ? [] : waiting.splice(index, 1);
          if (next === undefined) model.held.delete(key);
          else {
            model.held.set(key, next.number);
            expectBegun.push(next.number);
          }
        };
        const take = (key: string, waitMs: number): void => {
          const mine = number;
          number += 1;
          const controller = new AbortController();
          if (model.held.has(key)) waiting.push({ key, number: mine, controller, dueAt: clock.now + waitMs });
          else {
            model.held.set(key, mine);
            expectBegun.push(mine);
          }
          turns.take(key, waitMs, controller.signal).then(
            (end) => {
              actual.push(mine);
              begun.push({ key, number: mine, end });
            },
            () => refused.push(mine),
          );
        };
        const end = (index: number): void => {
          const [one] = begun.splice(index % Math.max(begun.length, 1), 1);
          if (one === undefined) return;
          one.end();
          beginNext(one.key);
        };

        for (const one of steps) {
          if ('take' in one) take(one.take, one.waitMs);
          else if ('end' in one) end(one.end);
          else if ('abort' in one) {
            const [left] = waiting.splice(one.abort % Math.max(waiting.length, 1), 1);
            if (left !== undefined) {
              expectRefused.push(left.number);
              left.controller.abort();
            }
          } else {
            const due = clock.now + one.tick;
            clock.tick(one.tick);
            const late = waiting.filter(({ dueAt }) => dueAt <= due);
            expectRefused.push(...late.map((who) => who.number));
            for (const who of late) waiting.splice(waiting.indexOf(who), 1);
          }
          await settle();
          expect(actual).to.have.members(expectBegun);
          expect(refused).to.have.members(expectRefused);
          for (const key of ['a', 'b']) {
            const holders = begun.filter((holder) => holder.key === key).map((holder) => holder.number);
            expect(holders).to.deep.equal(model.held.has(key) ? [model.held.get(key)] : []);
          }
        }
        while (begun.length > 0) {
          end(0);
          await settle();
        }
        expect(actual.length + refused.length).to.equal(number);
        // With every line gone, whoever comes need not wait.
        for (const key of ['a', 'b']) {
          const next = turns.take(key, 1000, never);
          expect(await stateOf(next)).to.equal('begun');
          (await next)();
        }
        expect(clock.countTimers()).to.equal(0);
      }),
      { numRuns: 200 },
    );
  });
});
