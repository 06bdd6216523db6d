import { type Clock, install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { newOperationId } from '../operation-id.js';
import type { OperationView } from '../view.js';
import type { WatchListener } from '../watch-hub.js';
import { EventStreams, type OperationSource, type StreamLimits, type StreamRequest } from './event-streams.js';
import type { Watcher, WatchingClient } from './watcher.js';

/** Operations that change when a test says so. */
class FakeSource implements OperationSource {
  readonly listeners = new Map<string, WatchListener>();
  readonly views = new Map<string, OperationView>();
  /** How often something was subscribed to, and let go. */
  subscribed = 0;
  closed = 0;
  tellLink: (isUp: boolean) => void = () => {};
  /** What happens between the subscription and the answer to it. */
  meanwhile = async (): Promise<void> => {};

  async subscribe(id: string, listener: WatchListener): ReturnType<OperationSource['subscribe']> {
    this.subscribed += 1;
    const operation = this.views.get(id);
    this.listeners.set(id, listener);
    await this.meanwhile();
    return operation && { operation, close: () => void (this.closed += 1) };
  }

  onLink(changed: (isUp: boolean) => void): () => void {
    this.tellLink = changed;
    return () => {};
  }

  add(more: Partial<OperationView> = {}): OperationView {
    const now = Date.now();
    const view: OperationView = {
      id: newOperationId(),
      kind: 'kind',
      state: 'running',
      seq: 2,
      attempt: 1,
      cancellable: true,
      progress: null,
      createdAt: now,
      updatedAt: now,
      hasStoredResult: false,
      ...more,
    };
    this.views.set(view.id, view);
    return view;
  }

  change(id: string, more: Partial<OperationView> = {}): OperationView {
    const before = this.views.get(id) as OperationView;
    const view = { ...before, seq: before.seq + 1, ...more };
    this.views.set(id, view);
    this.listeners.get(id)?.changed(view);
    return view;
  }

  report(id: string, value: number): OperationView {
    return this.change(id, { progress: { value } });
  }
}

/** Takes what a watcher sends as soon as it is there. */
class Taker {
  readonly texts: string[] = [];
  isOver = false;

  constructor(readonly watcher: Watcher) {
    void this.#take();
  }

  get last(): string | undefined {
    return this.texts.at(-1);
  }

  async #take(): Promise<void> {
    for await (const bytes of this.watcher) this.texts.push(Buffer.from(bytes).toString());
    this.isOver = true;
  }
}

type Opening = Partial<StreamRequest & WatchingClient>;

const LIMITS: StreamLimits = { maxStreams: 1000, maxStreamsPerOwner: 20 };

describe('EventStreams', () => {
  let clock: Clock;
  let source: FakeSource;
  let streams: EventStreams;

  beforeEach(() => {
    clock = install();
    source = new FakeSource();
    streams = new EventStreams(source, LIMITS);
  });

  afterEach(() => clock.uninstall());

  async function open(
    view: OperationView,
    { isAllowed = async () => true, cutOff = () => {}, ...more }: Opening = {},
  ): Promise<Watcher> {
    const owner = 'owner' in more ? more.owner : `owner ${streams.size}`;
    streams.enter(owner);
    return streams.open({
      operations: [{ view }],
      unknown: [],
      owner,
      base: '/operations',
      isHidden: false,
      client: { isAllowed, cutOff },
      ...more,
    });
  }

  /** A stream whose client takes everything. */
  async function watch(...parameters: Parameters<typeof open>): Promise<Taker> {
    const taker = new Taker(await open(...parameters));
    await settle();
    return taker;
  }

  const settle = (): Promise<unknown> => clock.tickAsync(0);

  it('make each frame once, however many watch', async () => {
    const view = source.add();
    const watchers = await Promise.all(Array.from({ length: 5 }, () => open(view)));
    for (const watcher of watchers) await watcher.next();
    expect(source.subscribed).to.equal(1);
    const steps = watchers.map((watcher) => watcher.next());
    clock.tick(200);
    source.report(view.id, 0.5);
    const frames = (await Promise.all(steps)).map(({ value }) => value);
    expect(Buffer.from(frames[0] ?? []).toString()).to.contain('event: progress');
    expect(new Set(frames).size).to.equal(1);
    const further = watchers.map((watcher) => watcher.next());
    source.change(view.id, { state: 'cancelling' });
    const states = (await Promise.all(further)).map(({ value }) => value);
    expect(Buffer.from(states[0] ?? []).toString()).to.contain('event: state');
    expect(new Set(states).size).to.equal(1);
  });

  it('show a change between the subscription and its answer, and one before the first write, once each', async () => {
    const view = source.add();
    source.meanwhile = async () => {
      source.meanwhile = async () => {};
      source.change(view.id, { state: 'succeeded' });
    };
    const early = await watch(view);
    expect(early.texts.join('').match(/"state":"succeeded"/g)).to.have.length(1);
    expect(early.isOver).to.equal(true);
    const other = source.add();
    const watcher = await open(other);
    source.change(other.id, { state: 'failed' });
    const late = new Taker(watcher);
    await settle();
    expect(late.texts.join('').match(/event: state/g)).to.have.length(1);
    expect(late.texts.join('')).to.contain('"state":"failed"');
    expect(late.isOver).to.equal(true);
    expect(streams.size).to.equal(0);
  });

  it('pass over what is older than what they know', async () => {
    const view = source.add({ seq: 9 });
    const { texts } = await watch(view);
    clock.tick(1000);
    source.listeners.get(view.id)?.changed({ ...view, seq: 8, progress: { value: 0.1 } });
    source.listeners.get(view.id)?.changed({ ...view, seq: 9, progress: { value: 0.1 } });
    await settle();
    expect(texts).to.have.length(1);
  });

  it('tell an end whatever its number: a store may have lost its last second', async () => {
    const view = source.add({ seq: 9 });
    const taker = await watch(view);
    source.listeners.get(view.id)?.changed({ ...view, seq: 7, state: 'succeeded' });
    await settle();
    expect(taker.last).to.contain('"state":"succeeded"');
    expect(taker.isOver).to.equal(true);
  });

  it('tell a new attempt and a wish to cancel as states, and not as progress', async () => {
    const view = source.add();
    const taker = await watch(view);
    source.change(view.id, { attempt: 2 });
    await settle();
    expect(taker.last).to.match(/^event: state\n.*"attempt":2/s);
    source.change(view.id, { state: 'cancelling', cancelRequestedAt: 5 });
    await settle();
    expect(taker.last).to.match(/^event: state\n.*"state":"cancelling"/s);
  });

  for (const [who, isHidden, most] of [
    ['somebody looks at', false, 10],
    ['nobody looks at', true, 1],
  ] as const) {
    it(`tell progress ${most} times a second to a page that ${who}, the newest at last, and states at once`, async () => {
      const view = source.add();
      const taker = await watch(view, { isHidden });
      for (let count = 1; count <= 1000; count += 1) {
        source.report(view.id, count / 2000);
        await clock.tickAsync(2);
      }
      expect(taker.texts.length - 1).to.be.within(2 * most - 2, 2 * most);
      await clock.tickAsync(1100);
      expect(taker.last).to.contain('"value":0.5');
      const before = taker.texts.length;
      source.report(view.id, 0.6);
      await settle();
      source.change(view.id, { state: 'succeeded' });
      await settle();
      expect(taker.texts.length).to.be.within(before + 1, before + 2);
      expect(taker.last).to.contain('"state":"succeeded"');
    });
  }

  it('keep but the newest for a client that takes nothing, and send it when that does', async () => {
    const view = source.add();
    const watcher = await open(view);
    await watcher.next();
    for (let count = 1; count <= 10_000; count += 1) source.report(view.id, count / 20_000);
    clock.tick(1000);
    const { value } = await watcher.next();
    expect(
      Buffer.from(value ?? [])
        .toString()
        .match(/^event: /gm),
    ).to.have.length(1);
    expect(Buffer.from(value ?? []).toString()).to.contain('"value":0.5');
  });

  it('never drop the terminal state, however long it waits to be taken', async () => {
    const view = source.add();
    const watcher = await open(view);
    await watcher.next();
    source.report(view.id, 0.5);
    source.change(view.id, { state: 'succeeded', result: 7 });
    clock.tick(15_000);
    const taker = new Taker(watcher);
    await settle();
    expect(taker.texts).to.have.length(1);
    expect(taker.last).to.contain('"result":7');
    expect(taker.isOver).to.equal(true);
  });

  it('cut off a client that has taken nothing for 20 seconds, and nobody else', async () => {
    const view = source.add();
    let cutAt: number | undefined;
    const startedAt = performance.now();
    const stalled = await open(view, { cutOff: () => (cutAt = performance.now() - startedAt) });
    await stalled.next();
    const others = await Promise.all(Array.from({ length: 30 }, () => watch(view)));
    for (let second = 0; second < 60; second += 1) {
      source.report(view.id, second / 100);
      await clock.tickAsync(1000);
    }
    expect(cutAt).to.be.within(20_000, 21_000);
    expect(streams.size).to.equal(30);
    for (const other of others) expect([other.isOver, other.last]).to.deep.include(false);
    expect(others[0]?.last).to.contain('"value":0.59');
  });

  it('count from the piece that found no room, also where nothing more happens', async () => {
    let isCut = false;
    const stalled = await open(source.add(), { cutOff: () => (isCut = true) });
    await stalled.next();
    await clock.tickAsync(10_000);
    const heartbeat = stalled.next();
    await clock.tickAsync(5_000);
    await heartbeat;
    await clock.tickAsync(19_000);
    expect([isCut, streams.size]).to.deep.equal([false, 1]);
    await clock.tickAsync(2_000);
    expect([isCut, streams.size]).to.deep.equal([true, 0]);
  });

  it('beat every 15 seconds while there is nothing to tell, without an id, and by one timer for all', async () => {
    const view = source.add();
    const takers = await Promise.all(Array.from({ length: 20 }, () => watch(view)));
    expect(clock.countTimers()).to.equal(1);
    await clock.tickAsync(61_000);
    for (const { texts } of takers) {
      expect(texts.slice(1)).to.deep.equal(texts.slice(1).map(() => ':\n\n'));
      expect(texts.length - 1).to.be.within(3, 4);
    }
    for (const { watcher } of takers) await watcher.return();
    expect(clock.countTimers()).to.equal(0);
    expect(source.closed).to.equal(1);
  });

  it('end after 10 minutes, give or take a fifth, not all at once', async () => {
    const view = source.add();
    const takers = await Promise.all(Array.from({ length: 60 }, () => watch(view)));
    await clock.tickAsync(479_000);
    expect(takers.filter(({ isOver }) => isOver)).to.have.length(0);
    await clock.tickAsync(120_000);
    expect(takers.filter(({ isOver }) => isOver).length).to.be.within(10, 50);
    await clock.tickAsync(140_000);
    expect(takers.filter(({ isOver }) => isOver)).to.have.length(60);
    expect(takers[0]?.last).to.match(/^retry: \d{1,4}\n\n$/);
  });

  it('are not disturbed by a clock that is set an hour forth or back', async () => {
    const view = source.add();
    const taker = await watch(view);
    for (const step of [3_600_000, -7_200_000]) {
      clock.setSystemTime(Date.now() + step);
      await clock.tickAsync(30_000);
      expect(taker.isOver).to.equal(false);
    }
    expect(taker.texts.slice(1)).to.have.length.within(3, 4);
    source.report(view.id, 0.5);
    await settle();
    expect(taker.last).to.contain('"value":0.5');
  });

  it('ask each minute whether their client may still watch, and end when not', async () => {
    const view = source.add();
    let asked = 0;
    let answer = async (): Promise<boolean> => true;
    const taker = await watch(view, {
      isAllowed: () => {
        asked += 1;
        return answer();
      },
    });
    await clock.tickAsync(60_000);
    expect(asked).to.equal(1);
    answer = () => Promise.reject(new Error('away'));
    await clock.tickAsync(60_000);
    expect([asked, taker.isOver]).to.deep.equal([2, false]);
    answer = async () => false;
    await clock.tickAsync(60_000);
    expect([asked, taker.isOver]).to.deep.equal([3, true]);
  });

  it('end all of one owner when he signs out, at once, and no other', async () => {
    const view = source.add();
    const [own, also, others] = [
      await watch(view, { owner: 'ann' }),
      await watch(view, { owner: 'ann' }),
      await watch(view),
    ];
    streams.endAllOf('ann');
    await settle();
    expect([own.isOver, also.isOver, others.isOver]).to.deep.equal([true, true, false]);
  });

  it('are refused above the limits, and none is ended for a new one', async () => {
    streams = new EventStreams(source, { maxStreams: 5, maxStreamsPerOwner: 2 });
    const view = source.add();
    const takers = [await watch(view, { owner: 'ann' }), await watch(view, { owner: 'ann' })];
    expect(() => streams.enter('ann'))
      .to.throw()
      .that.deep.includes({ status: 429, headers: { 'retry-after': '5' } });
    for (let count = 0; count < 3; count += 1) takers.push(await watch(view, { owner: undefined }));
    expect(() => streams.enter('bob'))
      .to.throw()
      .that.deep.includes({ status: 503, headers: { 'retry-after': '10' } });
    expect(takers.some(({ isOver }) => isOver)).to.equal(false);
    await takers[0]?.watcher.return();
    expect(() => streams.enter('ann')).to.not.throw();
  });

  it('say after 5 seconds that what they show may be stale, and show it anew when the engine is back', async () => {
    const view = source.add();
    const taker = await watch(view);
    source.tellLink(false);
    await clock.tickAsync(3000);
    source.tellLink(true);
    source.tellLink(false);
    await clock.tickAsync(4999);
    expect(taker.texts).to.have.length(1);
    await clock.tickAsync(1);
    expect(taker.last).to.equal('event: stale\ndata: {}\n\n');
    source.tellLink(true);
    await settle();
    expect(taker.last).to.match(/^event: state\nid: 2\n/);
  });

  it('tell what is forgotten, and end', async () => {
    const view = source.add();
    const taker = await watch(view);
    source.listeners.get(view.id)?.ended?.('gone');
    await settle();
    expect(taker.last).to.equal(`event: gone\ndata: {"id":"${view.id}"}\n\n`);
    expect(taker.isOver).to.equal(true);
  });

  it('end with a proper end when they are closed, their clients coming back spread over 1 to 10 seconds', async () => {
    const view = source.add();
    const takers = await Promise.all(Array.from({ length: 1000 }, () => watch(view, { owner: undefined })));
    const closing = streams.close();
    await settle();
    await closing;
    const delays = takers.map(({ last, isOver }) => {
      expect(isOver).to.equal(true);
      return Number(/^retry: (\d+)\n\n$/.exec(last ?? '')?.[1]);
    });
    const buckets = new Map<number, number>();
    for (const delay of delays) {
      expect(delay).to.be.within(1000, 10_000);
      const second = Math.floor(delay / 1000);
      buckets.set(second, (buckets.get(second) ?? 0) + 1);
    }
    expect(Math.max(...buckets.values())).to.be.below(200);
    expect(() => streams.enter(undefined))
      .to.throw()
      .that.includes({ status: 503 });
    expect(clock.countTimers()).to.be.at.most(1);
  });

  it('cut those off after 5 seconds that take not even the end', async () => {
    let isCut = false;
    const stalled = await open(source.add(), { cutOff: () => (isCut = true) });
    await stalled.next();
    const closing = streams.close();
    await clock.tickAsync(4999);
    expect(isCut).to.equal(false);
    await clock.tickAsync(1);
    await closing;
    expect([isCut, streams.size]).to.deep.equal([true, 0]);
  });

  for (const [when, endAll] of [
    ['all are closed', () => void streams.close()],
    ['their owner signs out', () => streams.endAllOf('ann')],
  ] as const)
    it(`end properly when ${when} while they are being opened`, async () => {
      const view = source.add();
      let goOn = (): void => {};
      source.meanwhile = () => new Promise((resolve) => (goOn = resolve));
      const opening = open(view, { owner: 'ann' });
      await settle();
      endAll();
      goOn();
      const taker = new Taker(await opening);
      await settle();
      expect([taker.isOver, streams.size]).to.deep.equal([true, 0]);
      expect(taker.texts.join('')).to.match(/^retry: \d+\n\nevent: state\n/);
    });

  it('are over for all who close them as soon as the last has ended', async () => {
    const stalled = await open(source.add());
    await stalled.next();
    let told = 0;
    for (let count = 0; count < 2; count += 1) void streams.close().then(() => (told += 1));
    await settle();
    expect(told).to.equal(0);
    await stalled.return();
    await settle();
    expect(told).to.equal(2);
  });

  it('let go of everything when the client leaves while it is subscribed', async () => {
    const view = source.add();
    let goOn = (): void => {};
    source.meanwhile = () => new Promise((resolve) => (goOn = resolve));
    const opening = open(view);
    await settle();
    goOn();
    const watcher = await opening;
    await watcher.return();
    expect([source.subscribed, source.closed, streams.size]).to.deep.equal([1, 1, 0]);
  });

  it('let go of what is subscribed late, when another of the same stream has failed', async () => {
    const [late, failing] = [source.add(), source.add()];
    let goOn = (): void => {};
    const answers = [new Promise<void>((resolve) => (goOn = resolve)), Promise.reject(new Error('away'))];
    source.meanwhile = () => answers.shift() ?? Promise.resolve();
    const opening = open(late, { operations: [{ view: late }, { view: failing }] });
    expect(await opening.catch((error: unknown) => String(error))).to.contain('away');
    expect(source.closed).to.equal(0);
    goOn();
    await settle();
    expect(source.closed).to.equal(1);
  });

  it('let go of everything when subscribing fails', async () => {
    const view = source.add();
    source.meanwhile = () => Promise.reject(new Error('away'));
    streams.enter('ann');
    const failure: unknown = await open(view, { owner: 'ann' }).catch((error: unknown) => error);
    expect(String(failure)).to.contain('away');
    source.meanwhile = async () => {};
    expect((await watch(view)).last).to.contain('event: state');
  });
});
