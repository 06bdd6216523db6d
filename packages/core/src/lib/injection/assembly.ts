import type { HttpContext } from '../context.js';

/** What a container disposes. */
export interface Disposable {
  dispose(): unknown;
}

/** The objects built for one request, or for one instance that outlives requests. They end together. */
export class Assembly {
  /** Made when first needed, as most requests need neither. */
  #shared: Map<unknown, unknown> | undefined;
  #kept: Set<Disposable> | undefined;

  /** @param context the request they are for */
  constructor(readonly context: HttpContext | undefined) {}

  /** Gives the one object a token has here, made when it is first asked for. */
  once(token: unknown, make: (assembly: Assembly) => unknown): unknown {
    const known = this.#shared?.get(token);
    if (known !== undefined) return known;
    const made = make(this);
    this.share(token, made);
    return made;
  }

  /** Whether nothing in it has to be disposed. */
  get isEmpty(): boolean {
    return this.#kept === undefined;
  }

  /** Disposes all of it; gives the errors met on the way. */
  dispose(): Promise<readonly unknown[]> {
    return disposeAll([...this.kept]);
  }

  /** Takes note of an object that ends with the others. */
  keep(built: Disposable): void {
    this.#kept ??= new Set();
    this.#kept.add(built);
  }

  protected share(token: unknown, made: unknown): void {
    this.#shared ??= new Map();
    this.#shared.set(token, made);
  }

  protected get shared(): Iterable<[token: unknown, made: unknown]> {
    return this.#shared ?? [];
  }

  protected get kept(): Iterable<Disposable> {
    return this.#kept ?? [];
  }
}

/** Whether tsyringe would dispose an object with its container. */
export function isDisposable(built: object): built is Disposable {
  return 'dispose' in built && typeof built.dispose === 'function' && built.dispose.length === 0;
}

/** Disposes the latest first and one after the other, as the later ones may use the earlier until they are gone. */
export async function disposeAll(built: readonly Disposable[]): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  for (const one of built.toReversed()) {
    try {
      await one.dispose();
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}
