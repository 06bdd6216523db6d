import type { OperationSignal } from '../ports.js';

/** Carries nudges within this process. */
export class LocalSignal implements OperationSignal {
  readonly #watchers = new Map<string, Set<(seq: number) => void>>();

  /** @param cancel tells the attempt that runs here */
  constructor(readonly cancel: (id: string) => void) {}

  async watch(id: string, nudged: (seq: number) => void): Promise<() => void> {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers);
    // The same function may watch twice.
    const watcher = (seq: number): void => nudged(seq);
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id);
    };
  }

  nudge(id: string, seq: number): void {
    for (const watcher of this.#watchers.get(id) ?? []) watcher(seq);
  }

  /** This process can always reach itself. */
  onLink(): () => void {
    return () => {};
  }
}
