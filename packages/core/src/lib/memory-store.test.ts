import * as FakeTimers from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { MemoryStore } from './memory-store.js';

describe('MemoryStore', () => {
  let clock: FakeTimers.Clock;
  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['Date'] });
  });
  afterEach(() => clock.uninstall());

  it('gives what was set last, until it is deleted', async () => {
    const store = new MemoryStore();
    await store.set('a', { value: 1 }, 1000);
    await store.set('a', { value: 2 }, 1000);
    expect(await store.get('a')).to.deep.equal({ value: 2 });
    await store.delete('a');
    expect(await store.get('a')).to.equal(undefined);
  });

  it('gives nothing any more when the time is over', async () => {
    const store = new MemoryStore();
    await store.set('a', {}, 1000);
    clock.tick(999);
    expect(await store.get('a')).to.deep.equal({});
    clock.tick(1);
    expect(await store.get('a')).to.equal(undefined);
  });

  it('forgets what nobody came back for', async () => {
    const store = new MemoryStore();
    await store.set('over', {}, 1000);
    await store.set('lasting', {}, 2 * MemoryStore.SWEEP_MS);
    clock.tick(MemoryStore.SWEEP_MS);
    await store.set('new', {}, 1000);
    expect(store.size).to.equal(2);
    expect(await store.get('lasting')).to.deep.equal({});
  });
});
