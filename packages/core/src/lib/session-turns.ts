import { HttpException } from './http-exception.js';
import type { SessionTurns } from './host.js';
import { startTimer } from './timer.js';

/** Lets holders of one key go one after another, in the order they came. Keys nobody waits for cost nothing. */
export class KeyedTurns implements SessionTurns {
  /** For each key in use, those who wait for it; the one whose turn it is has left the line. */
  readonly #lines = new Map<string, (() => void)[]>();
  readonly #maxWaiting: number;

  /** @param maxWaiting how many may wait for one key. Default 50 (aspnet-handlers.md H5) */
  constructor(maxWaiting = 50) {
    this.#maxWaiting = maxWaiting;
  }

  /**
   * @throws HttpException 503 with `Retry-After` when the turn does not come within `waitMs`, or too many wait for it
   * @throws the signal's reason when it aborts first
   */
  take(key: string, waitMs: number, signal: AbortSignal): Promise<() => void> {
    const line = this.#lines.get(key);
    if (line === undefined) {
      this.#lines.set(key, []);
      return Promise.resolve(this.#ender(key));
    }
    if (line.length >= this.#maxWaiting) {
      return Promise.reject(busy(`${line.length} requests of the same session are waiting already`));
    }
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        stopWaiting();
        resolve(this.#ender(key));
      };
      const leave = (reason: unknown): void => {
        stopWaiting();
        line.splice(line.indexOf(begin), 1);
        reject(reason);
      };
      const onAbort = (): void => leave(signal.reason);
      const timer = startTimer(
        () => leave(busy(`Earlier requests of the same session kept this one waiting for more than ${waitMs} ms`)),
        waitMs,
      );
      const stopWaiting = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      line.push(begin);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort);
    });
  }

  #ender(key: string): () => void {
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const next = this.#lines.get(key)?.shift();
      if (next === undefined) this.#lines.delete(key);
      else next();
    };
  }
}

/** The turns of each keeper of sessions, for as long as the keeper is in use. */
const TURNS = new WeakMap<object, SessionTurns>();

/**
 * Gives the turns of all who keep their sessions in one place of this process, a store as a rule: a request of one host then
 * waits for those of another.
 */
export function turnsOf(keeper: object): SessionTurns {
  const turns = TURNS.get(keeper) ?? new KeyedTurns();
  TURNS.set(keeper, turns);
  return turns;
}

function busy(detail: string): HttpException {
  return new HttpException(503, detail, { headers: { 'retry-after': '1' } });
}
