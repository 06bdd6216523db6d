/** How finely times are told apart, in milliseconds. */
const TICK_MS = 1_000;

/** Remembers when things expire, by a clock that nobody can set. */
export class ExpiryWheel {
  readonly #ticks = new Map<number, Set<string>>();
  readonly #deadlines = new Map<string, number>();

  /** Has a key expire after so long; anew, when it was there. */
  add(key: string, afterMs: number): void {
    this.remove(key);
    const deadline = performance.now() + afterMs;
    this.#deadlines.set(key, deadline);
    const tick = tickOf(deadline);
    const keys = this.#ticks.get(tick);
    if (keys === undefined) this.#ticks.set(tick, new Set([key]));
    else keys.add(key);
  }

  remove(key: string): void {
    const deadline = this.#deadlines.get(key);
    if (deadline === undefined) return;
    this.#deadlines.delete(key);
    const tick = tickOf(deadline);
    const keys = this.#ticks.get(tick);
    keys?.delete(key);
    if (keys?.size === 0) this.#ticks.delete(tick);
  }

  hasExpired(key: string): boolean {
    return (this.#deadlines.get(key) ?? Number.POSITIVE_INFINITY) <= performance.now();
  }

  /** Takes out what has expired; what goes on for part of a tick stays until the next time. */
  takeExpired(): readonly string[] {
    const now = performance.now();
    const expired: string[] = [];
    // Only ticks that hold something are looked at, however long the time that has gone by.
    for (const [tick, keys] of this.#ticks) {
      if (tick > tickOf(now)) continue;
      for (const key of keys) if (this.hasExpired(key)) expired.push(key);
    }
    for (const key of expired) this.remove(key);
    return expired;
  }
}

function tickOf(time: number): number {
  return Math.floor(time / TICK_MS);
}
