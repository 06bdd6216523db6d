import type { OperationDriver } from './ports.js';
import type { OperationRecord } from './record.js';
import { isNewer, isTerminal, type OperationView, viewOf } from './view.js';

/** Why a listener hears nothing more: the operation was forgotten, or these operations were closed. */
export type WatchEnd = 'gone' | 'closed';

/** Told of an operation as it changes. */
export interface WatchListener {
  /** Gets the newest truth, not each step; it is the same object for all listeners. The last has a terminal state. */
  changed(operation: OperationView): void;
  /** Called once when it ends in any other way. */
  ended?(why: WatchEnd): void;
}

/** A record and what is shown of it. */
export interface Snapshot {
  readonly record: OperationRecord;
  readonly view: OperationView;
}

/** A listener that listens. */
export interface Subscription {
  readonly snapshot: Snapshot;
  close(): void;
}

/** How many records are read at once. */
const READ_LIMIT = 500;

/** Everybody who watches, with one subscription to the carrier for each operation, however many watch it. */
export class WatchHub {
  readonly #driver: OperationDriver;
  readonly #report: (error: unknown) => void;
  readonly #watched = new Map<string, Watched>();

  /** @param report told of what listeners throw */
  constructor(driver: OperationDriver, report: (error: unknown) => void) {
    this.#driver = driver;
    this.#report = report;
  }

  /** How many operations are watched. */
  get size(): number {
    return this.#watched.size;
  }

  /** Begins with a snapshot; what the listener is told of is newer. Undefined when there is no such operation. */
  async subscribe(id: string, listener: WatchListener): Promise<Subscription | undefined> {
    let watched = this.#watched.get(id);
    if (watched === undefined) {
      watched = new Watched(id, this.#driver, this.#report, () => this.#watched.delete(id));
      this.#watched.set(id, watched);
    }
    return await watched.add(listener);
  }

  /** Compares what is watched with the store: nudges may have been lost. */
  async refresh(): Promise<void> {
    const all = [...this.#watched.values()];
    for (let start = 0; start < all.length; start += READ_LIMIT) {
      const some = all.slice(start, start + READ_LIMIT);
      const found = await this.#driver.store.readMany(some.map(({ id }) => id));
      for (const [index, watched] of some.entries()) watched.take(found[index]);
    }
  }

  close(): void {
    for (const watched of this.#watched.values()) watched.end('closed');
  }
}

/** One operation that is watched. */
class Watched {
  /** Each has a place of its own, as one object may listen twice. */
  readonly #places = new Set<{ readonly listener: WatchListener }>();
  readonly #driver: OperationDriver;
  readonly #report: (error: unknown) => void;
  readonly #dropped: () => void;
  #opening: Promise<void> | undefined;
  #off: (() => void) | undefined;
  #latest: Snapshot | undefined;
  /** The highest `seq` that was heard of. */
  #heard = 0;
  /** How many are about to listen. */
  #joining = 0;
  #isReading = false;
  #isOver = false;

  constructor(
    readonly id: string,
    driver: OperationDriver,
    report: (error: unknown) => void,
    dropped: () => void,
  ) {
    this.#driver = driver;
    this.#report = report;
    this.#dropped = dropped;
  }

  async add(listener: WatchListener): Promise<Subscription | undefined> {
    this.#joining += 1;
    try {
      this.#opening ??= this.#open();
      await this.#opening;
    } catch (error) {
      this.#drop();
      throw error;
    } finally {
      this.#joining -= 1;
    }
    const snapshot = this.#latest;
    if (snapshot === undefined) return undefined;
    // From here on the listener misses nothing and hears nothing twice: the snapshot is what was told of last.
    const place = { listener };
    if (!this.#isOver) this.#places.add(place);
    return {
      snapshot,
      close: () => {
        this.#places.delete(place);
        if (this.#places.size + this.#joining === 0) this.#drop();
      },
    };
  }

  /** Takes what was read; older truth is passed over. */
  take(found: Awaited<ReturnType<OperationDriver['store']['read']>>): void {
    if (this.#isOver) return;
    if (found === undefined || !('state' in found)) {
      this.end('gone');
      return;
    }
    if (this.#latest !== undefined && !isNewer(found, this.#latest.record)) return;
    const isFirst = this.#latest === undefined;
    const view = viewOf(found);
    this.#latest = { record: found, view };
    // The first is the snapshot each listener begins with.
    if (!isFirst) this.#tellAll((listener) => listener.changed(view));
    if (isTerminal(found)) this.#drop();
  }

  end(why: WatchEnd): void {
    this.#tellAll((listener) => listener.ended?.(why));
    this.#drop();
  }

  #tellAll(tell: (listener: WatchListener) => void): void {
    for (const { listener } of this.#places) {
      try {
        tell(listener);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  async #open(): Promise<void> {
    const off = await this.#driver.signal.watch(this.id, (seq) => this.#nudged(seq));
    if (this.#isOver) {
      off();
      return;
    }
    this.#off = off;
    this.take(await this.#driver.store.read(this.id));
    // A nudge may have come after the store was read and before the answer was here.
    this.#catchUp();
  }

  #nudged(seq: number): void {
    this.#heard = Math.max(this.#heard, seq);
    this.#catchUp();
  }

  #catchUp(): void {
    if (this.#latest !== undefined && !this.#isReading) void this.#read();
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    // Nudges that come while it is read make for one more reading, however many they are.
    for (let heard = 0; !this.#isOver && this.#heard > heard && this.#heard > (this.#latest?.record.seq ?? 0); ) {
      heard = this.#heard;
      try {
        this.take(await this.#driver.store.read(this.id));
      } catch {
        // The store is away; what is watched is read again when it is back, and by the sweep.
      }
    }
    this.#isReading = false;
  }

  #drop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#places.clear();
    this.#dropped();
    this.#off?.();
  }
}
