import 'reflect-metadata/lite';
import type { HandlerClass } from './handler.js';
import type { Filter } from './filter.js';
import type { SessionMode } from './session.js';

/** Bounds of a handler's pool. */
export interface PoolOptions {
  /** How many instances may be in use at once; further requests wait in order. Default: no bound. */
  readonly max?: number;
  /** How long an instance may lie idle before it is dropped, in milliseconds. Default 60,000. */
  readonly idleMs?: number;
}

/** What every mapping says: for which requests it stands. */
export interface MappingDeclaration {
  /** Verbs by comma, with `*` and `?` as wildcards. Default `*`. */
  readonly verb?: string;
  /** Path patterns; an array or commas for alternatives. Left out, the class can only be chosen by a factory. */
  readonly path?: string | readonly string[];
  /** Name in `app.mappings` and in messages. Default: the name of the class or function. */
  readonly name?: string;
  /** Filters around the handler, outermost first, inside those of the application. */
  readonly use?: readonly Filter[];
  /** Time for the whole request in milliseconds, after which it is aborted and answered 503. Default: the application's. */
  readonly timeoutMs?: number;
  /** Longest request body in bytes. Default: the application's. */
  readonly bodyLimitBytes?: number;
}

/** What `@Handler` declares. */
export interface HandlerDeclaration extends MappingDeclaration {
  /** Left out, the session is neither loaded nor touched. */
  readonly session?: SessionMode;
  readonly pool?: PoolOptions;
  /** Media types this handler can answer with, best first: a client that takes none of them gets 406, others get the type they like best. */
  readonly produces?: readonly string[];
}

/** What `@Factory` declares. */
export interface FactoryDeclaration extends MappingDeclaration {
  /** Handler classes by verb, instead of a `getHandler`; any other verb is 405. */
  readonly verbs?: Readonly<Record<string, HandlerClass>>;
}

/** One recorded declaration. */
export interface DeclarationRecord {
  readonly kind: 'handler' | 'factory';
  readonly declaration: HandlerDeclaration & FactoryDeclaration;
  /** Where it was declared. */
  readonly place: Place;
}

/** The stack of a call. Engines that can put off formatting it until somebody reads it. */
export interface Place {
  readonly stack?: string;
}

const KEY = 'verbena:declarations';

/**
 * Remembers a declaration with its target. This file alone reads and writes these records.
 *
 * @param order where it stands among others of the same target: decorators are run from the lowest to the topmost, and are
 * read the other way round
 */
export function recordDeclaration(target: object, record: DeclarationRecord, order: 'first' | 'last' = 'last'): void {
  const others = declarationsOf(target);
  Reflect.defineMetadata(KEY, order === 'first' ? [record, ...others] : [...others, record], target);
}

/** The declarations of a target itself; those of a base class are not inherited. */
export function declarationsOf(target: object): readonly DeclarationRecord[] {
  // The record was written by recordDeclaration, here or in another copy of this package.
  return (Reflect.getOwnMetadata(KEY, target) as readonly DeclarationRecord[] | undefined) ?? [];
}

/** Errors as engines with V8's extension have them. */
type StackCapture = (target: object, below: (...parameters: never[]) => unknown) => void;
const { captureStackTrace } = Error as { captureStackTrace?: StackCapture };

/** The place a function was called from. */
export function placeOf(called: (...parameters: never[]) => unknown): Place {
  if (captureStackTrace === undefined) return new Error('declared');
  const place: Place = {};
  captureStackTrace(place, called);
  return place;
}

const VERBS_THEN_PATH = /^((?:[\w*?-]+[ \t]*,[ \t]*)*[\w*?-]+)\s+(\S.*)$/s;

/** Reads the short form: verbs, a space, a path; or a path alone. Blanks around it do not count. */
export function parseDeclaration<Declaration extends MappingDeclaration>(
  declaration: string | Declaration,
): Declaration {
  if (typeof declaration !== 'string') return declaration;
  const text = declaration.trim();
  const [, verb, path] = VERBS_THEN_PATH.exec(text) ?? [];
  const parsed: MappingDeclaration = verb === undefined || path === undefined ? { path: text } : { verb, path };
  // A declaration in short form has the members all declarations share, and no other.
  return parsed as Declaration;
}
