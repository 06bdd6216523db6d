import type { ListQuery } from '../ports.js';
import { isTerminal } from '../view.js';
import type { KeptOperation } from './kept-operation.js';

/** The operations of each owner, in the order in which they were created. */
export class OwnerIndex {
  readonly #owners = new Map<string, KeptOperation[]>();
  /** How many are under way, by owner and kind. */
  readonly #underWay = new Map<string, number>();

  add(kept: KeptOperation): void {
    const { owner } = kept.record;
    const list = this.#owners.get(owner);
    if (list === undefined) this.#owners.set(owner, [kept]);
    else list.push(kept);
    if (!isTerminal(kept.record)) this.#count(kept, 1);
  }

  /** Takes note that one has come to its end. */
  ended(kept: KeptOperation): void {
    this.#count(kept, -1);
  }

  remove(kept: KeptOperation): void {
    const { owner } = kept.record;
    const list = this.#owners.get(owner) ?? [];
    const index = firstNotBefore(list, kept.ordinal);
    if (list[index] === kept) list.splice(index, 1);
    if (list.length === 0) this.#owners.delete(owner);
  }

  underWay(owner: string, kind: string): number {
    return this.#underWay.get(keyOf(owner, kind)) ?? 0;
  }

  /** Newest first, and the cursor for what comes after these. */
  list(owner: string, query: ListQuery): { readonly found: readonly KeptOperation[]; readonly next?: string } {
    const list = this.#owners.get(owner) ?? [];
    const found: KeptOperation[] = [];
    const before = query.cursor === undefined ? list.length : firstNotBefore(list, ordinalOf(query.cursor));
    for (let index = before - 1; index >= 0; index -= 1) {
      const kept = list[index];
      if (kept === undefined || !fits(kept, query)) continue;
      if (found.length === query.limit) return { found, next: String(found.at(-1)?.ordinal) };
      found.push(kept);
    }
    return { found };
  }

  #count({ record }: KeptOperation, change: 1 | -1): void {
    const key = keyOf(record.owner, record.kind);
    const count = (this.#underWay.get(key) ?? 0) + change;
    if (count === 0) this.#underWay.delete(key);
    else this.#underWay.set(key, count);
  }
}

function keyOf(owner: string, kind: string): string {
  return `${owner} ${kind}`;
}

function fits({ record }: KeptOperation, { state, kind }: ListQuery): boolean {
  return (state === undefined || record.state === state) && (kind === undefined || record.kind === kind);
}

/** Strangers may send any cursor; one that is none is the beginning of nothing. */
function ordinalOf(cursor: string): number {
  return /^\d{1,15}$/.test(cursor) ? Number(cursor) : 0;
}

/** Where, in a list that is in order, the first stands that is not before an ordinal. */
function firstNotBefore(list: readonly KeptOperation[], ordinal: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.ordinal ?? 0) < ordinal) low = middle + 1;
    else high = middle;
  }
  return low;
}
