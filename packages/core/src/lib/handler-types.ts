import { isClass, nameOf } from './class.js';
import { type DeclarationRecord, declarationsOf, type HandlerDeclaration, type PoolOptions } from './declaration.js';
import type { HandlerClass, HttpHandler } from './handler.js';
import type { HandlerSettings } from './lease.js';
import { HandlerPool, type PoolOwner } from './pool.js';

/** The handler classes of an application with their pools, whichever way they came to be chosen. */
export class HandlerTypes {
  readonly #owner: PoolOwner;
  readonly #pools = new Map<HandlerClass, HandlerPool>();

  constructor(owner: PoolOwner) {
    this.#owner = owner;
  }

  /** The pool of a class; made when first asked for. */
  poolOf(type: HandlerClass): HandlerPool {
    let pool = this.#pools.get(type);
    if (pool === undefined) {
      pool = new HandlerPool(type, settingsOf(type, declarationsOf(type)[0]), poolOptionsOf(type), this.#owner);
      this.#pools.set(type, pool);
    }
    return pool;
  }

  /** What the class of an instance declares. */
  settingsOf(handler: HttpHandler): HandlerSettings {
    // An object without a prototype has no class.
    const type: unknown = Object.getPrototypeOf(handler)?.constructor;
    return settingsOf(handler, isClass(type) ? declarationsOf(type)[0] : undefined);
  }

  /** Closes the pools of all other classes; resolves when their last instance is gone. */
  async keepOnly(types: ReadonlySet<HandlerClass>): Promise<void> {
    const others = [...this.#pools].filter(([type]) => !types.has(type));
    for (const [type] of others) this.#pools.delete(type);
    await Promise.all(others.map(([, pool]) => pool.close()));
  }
}

/** What a declaration asks for. */
export function settingsOf(target: unknown, record: DeclarationRecord | undefined): HandlerSettings {
  const declaration: HandlerDeclaration = record?.declaration ?? {};
  const { session, timeoutMs, bodyLimitBytes, produces, use = [] } = declaration;
  return { name: declaration.name ?? nameOf(target), session, timeoutMs, bodyLimitBytes, produces, use };
}

function poolOptionsOf(type: HandlerClass): PoolOptions | undefined {
  return declarationsOf(type).find(({ declaration }) => declaration.pool !== undefined)?.declaration.pool;
}
