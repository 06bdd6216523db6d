import { retryFrame } from './frame.js';
import type { Watcher } from './watcher.js';

/** Everybody is looked after once in so many seconds, a part of them each second. */
const SECONDS = 15;

/** How long after the last frame a heartbeat is due; a little less than a round, which no clock meets to the millisecond. */
const QUIET_MS = (SECONDS - 1) * 1000;

/**
 * How long a client may take nothing before it is cut off. Before that, what the systems of both ends hold for it has filled: with what stands
 * for 50 operations, some 17 seconds more (`npm run bench:operations`, stalled).
 */
const STALL_MS = 20_000;

/** Whether a client may still watch is asked each so many rounds. */
const ROUNDS_PER_CHECK = 4;

/** Looks after open streams with one timer: heartbeats, clients that take nothing, rights that end, streams that grow old. */
export class Rounds implements Iterable<Watcher> {
  readonly #groups: readonly Set<Watcher>[] = Array.from({ length: SECONDS }, () => new Set<Watcher>());
  #timer: ReturnType<typeof setInterval> | undefined;
  #added = 0;
  #second = 0;

  add(watcher: Watcher): void {
    if (watcher.isOver) return;
    const group = this.#groups[this.#added % SECONDS] as Set<Watcher>;
    this.#added += 1;
    group.add(watcher);
    watcher.group = group;
    this.#timer ??= setInterval(() => this.#goRound(), 1000);
  }

  delete(watcher: Watcher): void {
    watcher.group?.delete(watcher);
    if (this.#groups.every(({ size }) => size === 0)) this.stop();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  *[Symbol.iterator](): Iterator<Watcher> {
    for (const group of this.#groups) yield* group;
  }

  #goRound(): void {
    this.#second += 1;
    const now = performance.now();
    // Everybody each second: what a client that takes nothing holds should not be held for long.
    for (const watcher of this) if (isStalled(watcher, now)) watcher.cutOff();
    for (const watcher of this.#groups[this.#second % SECONDS] ?? []) lookAfter(watcher, now);
  }
}

function lookAfter(watcher: Watcher, now: number): void {
  watcher.rounds += 1;
  if (now >= watcher.options.endsAt) watcher.finish(retryFrame(Math.random() * 1000));
  else if (now - watcher.sentAt >= QUIET_MS) watcher.beat();
  if (watcher.rounds % ROUNDS_PER_CHECK === 0 && !watcher.isOver) void check(watcher);
}

function isStalled({ blockedSince }: Watcher, now: number): boolean {
  return blockedSince !== undefined && now - blockedSince >= STALL_MS;
}

async function check(watcher: Watcher): Promise<void> {
  try {
    if (!(await watcher.options.client.isAllowed())) watcher.finish();
  } catch {
    // Who cannot be asked has not said no; he is asked again a minute later.
  }
}
