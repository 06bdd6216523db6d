import { expect } from 'chai';
import { describeDriver, driverBehaviours } from '../../driver-tests.js';
import { inProcess } from '../in-process/in-process.js';
import type { OperationDriver, OperationStore } from '../ports.js';
import type { OperationRecord } from '../record.js';
import { pause } from '../timer.js';

/** A way to get a driver wrong, and the behaviour that must notice. */
interface Sabotage {
  readonly change: (driver: OperationDriver) => void;
  readonly noticedBy: string;
}

/** Changes a member of the store, which gets the right one. */
function storing<Name extends keyof OperationStore>(
  name: Name,
  wrong: (right: OperationStore[Name], store: OperationStore) => OperationStore[Name],
): Sabotage['change'] {
  return ({ store }) => {
    // A member as it is called.
    const right = store[name].bind(store) as OperationStore[Name];
    store[name] = wrong(right, store);
  };
}

function isRecord(found: unknown): found is OperationRecord {
  return typeof found === 'object' && found !== null && 'state' in found;
}

const sabotages: Readonly<Record<string, Sabotage>> = {
  'looks for a key and creates in two steps': {
    change: storing('create', (create) => async (record, options) => {
      await Promise.resolve();
      const { idemKey: _key, ...plain } = record;
      return await create(Math.random() < 0.5 ? plain : record, options);
    }),
    noticedBy: 'of many equal keys at once, one creates',
  },
  'takes a used key for anything': {
    change: storing(
      'create',
      (create) => (record, options) =>
        create({ ...record, ...(record.idemKey === undefined ? {} : { fingerprint: 'same' }) }, options),
    ),
    noticedBy: 'a key with another fingerprint is refused, and nothing is stored',
  },
  'knows no limit': {
    change: storing(
      'create',
      (create) =>
        (record, { input }) =>
          create(record, { input }),
    ),
    noticedBy: 'the limit of an owner counts what is under way of one kind, also at once',
  },
  'lets an attempt that was overtaken report': {
    change: storing('report', (report, store) => async (id, attempt, progress) => {
      const found = await store.read(id);
      return await report(id, isRecord(found) ? found.attempt : attempt, progress);
    }),
    noticedBy: 'an attempt that was overtaken can write nothing',
  },
  'lets an attempt that was overtaken keep checkpoints': {
    change: storing('saveCheckpoint', (save, store) => async (id, attempt, data) => {
      const found = await store.read(id);
      return await save(id, isRecord(found) ? found.attempt : attempt, data);
    }),
    noticedBy: 'an attempt that was overtaken can write nothing',
  },
  'ends what has ended': {
    change: storing(
      'transition',
      (transition) => (id, change) =>
        transition(id, { ...change, from: [...change.from, 'succeeded', 'failed', 'cancelled'] }),
    ),
    noticedBy: 'of many ends at once, one is kept',
  },
  'takes signs of life for news': {
    change: storing('report', (report) => (id, attempt, progress) => report(id, attempt, progress ?? { value: null })),
    noticedBy: 'a sign of life alone changes nothing that is watched',
  },
  'never says that somebody cancels': {
    change: storing('report', (report) => async (id, attempt, progress) => {
      const reported = await report(id, attempt, progress);
      return reported && { ...reported, isCancelRequested: false };
    }),
    noticedBy: 'what runs is asked to stop, and its next report says so',
  },
  'cancels what cannot be cancelled': {
    change: storing('create', (create) => (record, options) => create({ ...record, cancellable: true }, options)),
    noticedBy: 'what cannot be cancelled goes on',
  },
  'lists everybody’s': {
    change: storing('listByOwner', (list) => async (_owner, query) => {
      const both = await Promise.all(['ann', 'bob'].map((owner) => list(owner, query)));
      return { records: both.flatMap(({ records }) => records) };
    }),
    noticedBy: 'an owner sees their own, newest first, and nobody else’s',
  },
  'goes to the first page again and again': {
    change: storing(
      'listByOwner',
      (list) =>
        (owner, { cursor: _cursor, ...query }) =>
          list(owner, query),
    ),
    noticedBy: 'page after page gives each once, also when more are added',
  },
  'forgets without a tombstone': {
    change: storing('read', (read) => async (id) => {
      const found = await read(id);
      return isRecord(found) ? found : undefined;
    }),
    noticedBy: 'only what has come to its end is forgotten, and leaves a tombstone',
  },
  'forgets what is under way': {
    change: storing('forget', () => async () => true),
    noticedBy: 'only what has come to its end is forgotten, and leaves a tombstone',
  },
  'keeps everything for ever': {
    change: storing('create', (create) => (record, options) => create({ ...record, retentionMs: 1e9 }, options)),
    noticedBy: 'what has come to its end is forgotten in time, and its tombstone after as long again',
  },
  'never finds what was lost': {
    change: storing('due', () => async () => []),
    noticedBy: 'what waits and is in no queue is due',
  },
  'queues everything twice': {
    change: (driver) => {
      const { queue } = driver;
      const work = queue.work.bind(queue);
      queue.work = (run, options) =>
        work(async (attempt) => {
          await run(attempt);
          return await run(attempt);
        }, options);
    },
    noticedBy: 'what waits is run once somebody works, whether it was queued before or after',
  },
  'runs more at once than it may': {
    change: ({ queue }) => {
      const work = queue.work.bind(queue);
      queue.work = (run, { concurrency }) =>
        work(run, { concurrency: new Map([...concurrency.keys()].map((kind) => [kind, 99])) });
    },
    noticedBy: 'one kind runs in its order, and no more at once than it may',
  },
  'does not wait': {
    change: ({ queue }) => {
      const enqueue = queue.enqueue.bind(queue);
      queue.enqueue = (id, { kind }) => enqueue(id, { kind });
    },
    noticedBy: 'what is delayed runs when its time has come',
  },
  'drains without a word to what runs': {
    change: ({ queue }) => {
      queue.drain = async () => {};
    },
    noticedBy: 'draining takes no more, aborts what runs and waits for it',
  },
  'drains only what has begun to work': {
    change: ({ queue }) => {
      const work = queue.work.bind(queue);
      const drain = queue.drain.bind(queue);
      let isWorking = false;
      queue.work = async (run, options) => {
        await pause(1);
        isWorking = true;
        await work(run, options);
      };
      queue.drain = async (graceMs) => {
        if (isWorking) await drain(graceMs);
      };
    },
    noticedBy: 'drained while it begins to work, it takes nothing',
  },
  'carries no cancelling': {
    change: ({ signal }) => {
      signal.cancel = () => {};
    },
    noticedBy: 'cancelling aborts the attempt that runs, and it alone',
  },
  'nudges nobody': {
    change: ({ signal }) => {
      signal.nudge = () => {};
    },
    noticedBy: 'who watches is nudged, until they stop',
  },
  'nudges those who have stopped watching': {
    change: ({ signal }) => {
      const watch = signal.watch.bind(signal);
      signal.watch = async (id, nudged) => {
        await watch(id, nudged);
        return () => {};
      };
    },
    noticedBy: 'who watches is nudged, until they stop',
  },
};

describe('describeDriver', () => {
  for (const [name, { change, noticedBy }] of Object.entries(sabotages)) {
    it(`notices a driver that ${name}`, async () => {
      const behaviour = driverBehaviours.find((one) => one.name === noticedBy);
      const failure = await behaviour
        ?.run({
          name,
          patienceMs: 700,
          open: async () => ({
            driver: () => {
              const driver = inProcess();
              change(driver);
              return driver;
            },
            close: async () => {},
          }),
        })
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      expect(failure, noticedBy).to.be.an.instanceOf(Error);
    });
  }

  it('shows what does not apply, and what a driver is excepted from, as skipped', () => {
    const shown: string[] = [];
    const it = Object.assign((name: string) => shown.push(`run: ${name}`), {
      skip: (name: string) => shown.push(`skip: ${name}`),
    });
    const runner = { describe: (_name: string, register: () => void): void => register(), it };
    const [first] = driverBehaviours;
    const host = {
      name: 'odd',
      except: { [first?.name ?? '']: 'it cannot' },
      open: () => Promise.reject(new Error('not opened')),
    };
    describeDriver(host, { runner });
    expect(shown).to.have.length(driverBehaviours.length);
    expect(shown[0]).to.equal(`skip: ${first?.name} (it cannot)`);
    const shared = driverBehaviours.filter(({ needsSharing }) => needsSharing);
    expect(shown.filter((line) => line.includes('does not apply'))).to.have.length(shared.length);
    expect(() => describeDriver({ ...host, except: { 'no such': 'x' } }, { runner })).to.throw(TypeError, '"no such"');
  });

  it('has a name for each behaviour', () => {
    expect(new Set(driverBehaviours.map(({ name }) => name)).size).to.equal(driverBehaviours.length);
  });
});
