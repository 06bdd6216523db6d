import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { Fleet } from './fleet.test-support.js';
import { Processes } from './processes.test-support.js';
import { RedisServer } from './redis-server.test-support.js';
import type { View } from './seen.test-support.js';
import { Sightings } from './sightings.test-support.js';
import { planOf, type Work } from './strikes.test-support.js';

const isNightly = process.env['VERBENA_NIGHTLY'] !== undefined;
const kills = Number(process.env['VERBENA_KILLS'] ?? (isNightly ? 1_000 : 12));
/** The same order of kills again: `VERBENA_SEED=… npm run test:nightly`. */
const seed = Number(process.env['VERBENA_SEED'] ?? (isNightly ? Date.now() % 1_000_000 : 1));
const lockMs = 1_000;
const VISITORS = 8;

/** A record as a site gives it. */
type Kept = View & { readonly id: string };

describe('operations, when anything is killed at any time', function () {
  this.timeout(isNightly ? 7_200_000 : 120_000);
  let redis: RedisServer;
  let fleet: Fleet;
  const processes = new Processes();
  const watched = new Map<string, Sightings>();
  const ended = new Map<string, { readonly work: Work; readonly last: View }>();

  before(async function () {
    // As Redis comes, it loses what it has answered, if it is killed while the disk is slow.
    redis = await RedisServer.start(this, '--appendfsync', 'always');
    fleet = new Fleet(processes, redis, lockMs, (place, { event, id, view }) => {
      const sightings = watched.get(id!);
      if (event === 'seen') sightings?.take(place, view!);
      if (event === 'gone') sightings?.fail(`${id} is gone, for watcher ${place}`);
    });
    await fleet.up();
  });

  after(async () => {
    await (fleet as Fleet | undefined)?.stop();
    await processes.stop();
    await (redis as RedisServer | undefined)?.stop();
  });

  /** Starts an operation as somebody does who asks again until he is answered, watches it to its end, and perhaps cancels it. */
  async function visit(key: number, work: Work): Promise<void> {
    const { kind, steps, pauseMs, cancelAfterMs } = work;
    const headers = { 'content-type': 'application/json', 'idempotency-key': `"${key}"` };
    const body = JSON.stringify({ steps, pauseMs });
    const { id } = await asked<Kept>(`/start/${kind}`, { method: 'POST', headers, body });
    const sightings = new Sightings(id);
    watched.set(id, sightings);
    await fleet.watch(id);
    if (cancelAfterMs !== undefined) {
      await pause(cancelAfterMs);
      await fleet.ask(`/operations/${id}/cancel`, { method: 'POST' });
    }
    await sightings.over;
    fleet.unwatch(id);
    ended.set(id, { work, last: sightings.check() });
  }

  async function asked<Answer>(path: string, init?: RequestInit): Promise<Answer> {
    return (await (await fleet.ask(path, init)).json()) as Answer;
  }

  /** All that is kept in the end. */
  async function allKept(): Promise<Map<string, Kept>> {
    const kept = new Map<string, Kept>();
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const path = cursor === '' ? '/operations' : `/operations?cursor=${cursor}`;
      const page: { operations: Kept[]; next?: string } = await asked(path);
      for (const one of page.operations) kept.set(one.id, one);
      cursor = page.next;
    }
    return kept;
  }

  function expectSound(id: string, { kind, cancelAfterMs }: Work, { state, attempt, result, error }: View): void {
    const begun = processes.begun(id).map((told) => told.attempt);
    expect(new Set(begun), `each attempt of ${id} is begun once`).to.have.property('size', begun.length);
    if (kind === 'once') expect(begun.length, id).to.be.at.most(1);
    if (state === 'succeeded') expect(result, id).to.equal(attempt);
    if (state === 'cancelled') expect(cancelAfterMs, id).to.be.a('number');
    if (state !== 'failed') return;
    expect(error?.code, id).to.equal('interrupted');
    // What can be repeated is given up only when it seems to be what ends its workers.
    if (kind === 'repeatable') expect(attempt, id).to.be.above(10);
  }

  it(`come to one end, the same for all who watch, and nobody sees what is older; ${kills} kills, seed ${seed}`, async () => {
    const { strikes, works } = planOf(seed, kills);
    expect(new Set(strikes.map(({ victim }) => victim))).to.have.property('size', 4);
    let started = 0;
    let isOver = false;
    const visitors = Array.from({ length: VISITORS }, async () => {
      while (!isOver) {
        const key = started;
        started += 1;
        await visit(key, works[key % works.length]!);
      }
    });
    const striking = async () => {
      for (const strike of strikes) {
        await pause(strike.afterMs);
        await fleet.strike(strike);
      }
      isOver = true;
    };
    await Promise.all([striking(), ...visitors]);

    const kept = await allKept();
    expect([ended.size, kept.size]).to.deep.equal([started, started]);
    for (const [id, { work, last }] of ended) {
      expect(kept.get(id), id).to.deep.equal(last);
      expectSound(id, work, last);
    }
    if (!isNightly) return;
    const views = [...watched.values()].reduce((sum, { views: [one, other] }) => sum + one.length + other.length, 0);
    const lasts = [...ended.values()].map(({ last }) => last);
    console.log(`      ${tallyOf(strikes.map(({ victim }) => victim))}; ${tallyOf(lasts.map(({ state }) => state!))}`);
    console.log(`      ${views} views, ${Math.max(...lasts.map(({ attempt }) => attempt))} attempts at most`);
  });
});

/** How often each occurs. */
function tallyOf(words: readonly string[]): string {
  return [...new Set(words)].map((word) => `${words.filter((one) => one === word).length} ${word}`).join(', ');
}
