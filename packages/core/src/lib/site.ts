import { type AnyClass, isClass, nameOf } from './class.js';
import { type DeclarationRecord, declarationsOf } from './declaration.js';
import { problemsOf } from './declaration-problems.js';
import { type BuiltScope, disposeBuilt } from './disposal.js';
import { DeclarationError, type ErrorCode, StartupError, VerbenaError } from './errors.js';
import type { HttpHandlerFactory } from './factory.js';
import { FactorySource, VerbFactory } from './factory-source.js';
import { type Filter, isFilterClass } from './filter.js';
import { FunctionSource } from './function-source.js';
import type { HandlerClass, HandlerFunction } from './handler.js';
import { type HandlerTypes, settingsOf } from './handler-types.js';
import type { Injector } from './injection/injector.js';
import type { HandlerSource } from './lease.js';
import { DuplicateMappingError } from './matching/duplicate-mapping.js';
import { HandlerMap, type HandlerMapOptions, type Mapping } from './matching/handler-map.js';
import { compilePath, sourceOf } from './matching/path.js';
import { compileVerb } from './matching/verb.js';
import { literalOf } from './member-problems.js';
import { problemsOfOptions } from './option-problems.js';
import type { Route } from './route.js';

/** How an application matches, besides what its mappings say. */
export interface SiteOptions extends HandlerMapOptions {
  /** Templates are anchored here. Default `''`. */
  readonly basePath?: string;
  /** Filters around every handler, outermost first. */
  readonly use?: readonly Filter[];
}

/** What may be listed: decorated classes, and what `defineHandler` and `defineFactory` gave back. */
export type Declared = AnyClass | HandlerFunction;

/** The mappings of an application at one time. Swapped as a whole. */
export interface Site {
  readonly map: HandlerMap<Route>;
  /** The handler classes that the mappings name. */
  readonly types: ReadonlySet<HandlerClass>;
  readonly factories: ReadonlyMap<AnyClass, BuiltFactory>;
}

/** A factory with the objects that were built for it. */
export interface BuiltFactory {
  readonly instance: Partial<HttpHandlerFactory>;
  readonly scope: BuiltScope;
}

/** What a site needs of its application. */
export interface SiteOwner {
  readonly injector: Injector;
  readonly types: HandlerTypes;
  report(error: unknown): void;
}

/**
 * Checks everything that was listed and builds a site of it. Factories that the previous site knew as well go on.
 *
 * @throws StartupError with every fault found
 */
export function buildSite(listed: Iterable<Declared>, owner: SiteOwner, options: SiteOptions, previous?: Site): Site {
  return new SiteBuilder(owner, options, previous).build(listed);
}

/** Disposes a factory that no request asks for any more; reports what goes wrong. */
export async function disposeFactory(
  type: AnyClass,
  { instance, scope }: BuiltFactory,
  owner: Pick<SiteOwner, 'report'>,
): Promise<void> {
  for (const cause of await disposeBuilt(instance, scope))
    owner.report(new VerbenaError('release-failed', `Disposing the factory ${nameOf(type)} failed`, { cause }));
}

class SiteBuilder {
  readonly #owner: SiteOwner;
  readonly #options: SiteOptions;
  readonly #previous: Site | undefined;
  /** Each with where in the list it belongs. */
  readonly #faults: { readonly position: number; readonly error: DeclarationError }[] = [];
  /** Which of the listed is being looked at. */
  #position = 0;
  readonly #types = new Set<HandlerClass>();
  readonly #factories = new Map<AnyClass, BuiltFactory>();
  readonly #checked = new Map<AnyClass, boolean>();
  readonly #sources = new Map<Mapping<unknown>, { readonly record: DeclarationRecord; readonly position: number }>();

  constructor(owner: SiteOwner, options: SiteOptions, previous: Site | undefined) {
    this.#owner = owner;
    this.#options = options;
    this.#previous = previous;
  }

  build(listed: unknown): Site {
    this.#owner.injector.refresh();
    for (const problem of problemsOfOptions(this.#options)) this.#fault('bad-declaration', 'createApp', problem);
    this.#checkFilters(this.#options.use);
    const map = this.#makeMap(this.#listOf(listed).flatMap((target) => this.#mappingsOf(target)));
    if (map === undefined || this.#faults.length > 0) {
      for (const [type, factory] of this.#factories)
        if (this.#previous?.factories.get(type) !== factory) void disposeFactory(type, factory, this.#owner);
      // Those of patterns are found last, and belong beside the others of their handler.
      const faults = this.#faults.toSorted((one, other) => one.position - other.position);
      throw new StartupError(faults.map(({ error }) => error));
    }
    return { map, types: this.#types, factories: this.#factories };
  }

  /** What was listed, each once. */
  #listOf(listed: unknown): readonly unknown[] {
    if (typeof listed === 'object' && listed !== null && Symbol.iterator in listed)
      return [...new Set(listed as Iterable<unknown>)];
    const problem = `was given ${literalOf(listed)} as handlers; it takes a list of decorated classes and of what defineHandler gave back`;
    this.#fault('bad-declaration', 'createApp', problem);
    return [];
  }

  #mappingsOf(target: unknown): readonly Mapping<Route>[] {
    this.#position++;
    if (typeof target !== 'function') {
      this.#fault(
        'not-a-handler',
        nameOf(target),
        `the list of handlers holds ${literalOf(target)}, where a decorated class or what defineHandler gave back belongs${target === undefined ? '; modules that import each other in a circle leave such gaps' : ''}`,
      );
      return [];
    }
    const records = declarationsOf(target);
    if (records.length === 0) {
      this.#fault(
        'not-declared',
        nameOf(target),
        `is listed without a declaration${hasDeclaredBase(target) ? ', and that of its base class is not inherited, also when a decorator above @Handler put this class in the place of that one' : ''}; decorate it with @Handler or @Factory, or pass it through defineHandler`,
      );
    }
    return records.flatMap((record) => this.#mappingOf(target as Declared, record) ?? []);
  }

  /** The mapping a record declares, as far as its patterns can be understood. */
  #mappingOf(target: Declared, record: DeclarationRecord): Mapping<Route> | undefined {
    const { declaration, kind } = record;
    const name = declaration?.name ?? nameOf(target);
    for (const problem of problemsOf(record)) this.#fault('bad-declaration', name, problem, record);
    if (typeof declaration !== 'object') return undefined;
    const verb = declaration.verbs === undefined ? (declaration.verb ?? '*') : Object.keys(declaration.verbs).join(',');
    const path = isPath(declaration.path) ? anchored(declaration.path, this.#options) : '';
    // What has been found to be no pattern at all need not be compiled to find that out.
    const isPattern = verb !== '' && typeof verb === 'string' && path.length > 0;
    this.#checkFilters(declaration.use, record);
    const source = kind === 'handler' ? this.#handlerSource(target, record) : this.#factorySource(target, record, name);
    if (!isPattern) return undefined;
    const info = { name, verb, path, kind, target };
    const settings = settingsOf(target, record);
    const use = this.#faults.length > 0 ? [] : [...(this.#options.use ?? []), ...settings.use];
    const mapping: Mapping<Route> = {
      name,
      verb,
      path,
      target: { info, source: source ?? NO_SOURCE, settings, use },
    };
    this.#sources.set(mapping, { record, position: this.#position });
    return mapping;
  }

  #handlerSource(target: Declared, record: DeclarationRecord): HandlerSource | undefined {
    if (!isClass(target)) return new FunctionSource(target, settingsOf(target, record));
    const type = target as HandlerClass;
    this.#checkHandlerClass(type, record);
    return this.#owner.types.poolOf(type);
  }

  #factorySource(target: Declared, record: DeclarationRecord, name: string): HandlerSource | undefined {
    const { verbs } = record.declaration;
    if (!isClass(target)) {
      this.#fault(
        'bad-declaration',
        name,
        'is declared as a factory and is a function; a factory is a class with getHandler',
        record,
      );
      return undefined;
    }
    for (const type of Object.values(verbs ?? {})) {
      if (isClass(type)) this.#checkHandlerClass(type, record);
      else this.#fault('bad-declaration', name, `verbs holds ${nameOf(type)}, which is no class`, record);
    }
    const isWhole = this.#checkClass(target, record);
    if (this.#owner.injector.needsRequest(target) === 'always') {
      this.#fault(
        'captive-request-object',
        name,
        `is a factory, of which one instance serves every request, yet ${this.#owner.injector.describeRequestNeed(target)}; take it from the context in getHandler`,
        record,
      );
      return undefined;
    }
    const instance = isWhole ? this.#factoryOf(target, record, name) : undefined;
    if (instance === undefined) return undefined;
    const chooses = typeof instance.getHandler === 'function';
    if (chooses === (verbs !== undefined)) {
      this.#fault(
        'bad-declaration',
        name,
        chooses ? 'has both getHandler and verbs; keep one of them' : 'is a factory with neither getHandler nor verbs',
        record,
      );
      return undefined;
    }
    const factory =
      verbs === undefined
        ? (instance as HttpHandlerFactory)
        : new VerbFactory(new Map(Object.entries(verbs)), instance);
    return new FactorySource(factory, name, this.#owner.types);
  }

  #factoryOf(type: AnyClass, record: DeclarationRecord, name: string): BuiltFactory['instance'] | undefined {
    try {
      const factory =
        this.#factories.get(type) ?? this.#previous?.factories.get(type) ?? this.#owner.injector.build(type);
      this.#factories.set(type, factory);
      return factory.instance;
    } catch (cause) {
      this.#fault('bad-declaration', name, `could not be constructed: ${String(cause)}`, record, { cause });
      return undefined;
    }
  }

  #checkHandlerClass(type: HandlerClass, record: DeclarationRecord): void {
    if (this.#types.has(type)) return;
    this.#types.add(type);
    this.#checkClass(type, record);
    if (this.#owner.injector.isShared(type)) {
      this.#fault(
        'shared-handler',
        nameOf(type),
        'is registered so that every request would get the same instance; leave it unregistered, and set isReusable when instances may be used again',
        record,
      );
    }
    const pooled = declarationsOf(type).some(({ declaration }) => declaration.pool !== undefined);
    if (pooled && this.#owner.injector.needsRequest(type) === 'always') {
      this.#fault(
        'captive-request-object',
        nameOf(type),
        `declares a pool, yet ${this.#owner.injector.describeRequestNeed(type)}; read that from the context in processRequest, or declare no pool`,
        record,
      );
    }
  }

  #checkFilters(filters: readonly Filter[] = [], record?: DeclarationRecord): void {
    if (!Array.isArray(filters)) return;
    for (const filter of filters as readonly Filter[]) if (isFilterClass(filter)) this.#checkClass(filter, record);
  }

  /** Walks the constructor graph of a class, once. */
  #checkClass(type: AnyClass, record?: DeclarationRecord): boolean {
    const checked = this.#checked.get(type);
    if (checked !== undefined) return checked;
    const faults = this.#owner.injector.check(type);
    for (const { code, subject, message } of faults)
      this.#add(new DeclarationError(code, subject, message, record?.place));
    this.#checked.set(type, faults.length === 0);
    return faults.length === 0;
  }

  #makeMap(mappings: readonly Mapping<Route>[]): HandlerMap<Route> | undefined {
    try {
      return new HandlerMap(mappings, this.#options);
    } catch (error) {
      if (!(error instanceof DuplicateMappingError)) return this.#makeMapWithout(error, mappings);
      this.#position = Number.MAX_SAFE_INTEGER;
      for (const [first, second] of error.pairs) {
        this.#fault(
          'duplicate-mapping',
          String(second.name),
          `answers ${second.verb} ${sourceOf(second.path)}, as ${first.name} does already (${first.verb} ${sourceOf(first.path)}); give one of them another verb or path`,
          this.#sources.get(second)?.record,
        );
      }
      return undefined;
    }
  }

  /** Tells of each pattern that cannot be compiled, and looks for duplicates among the mappings that can. */
  #makeMapWithout(error: unknown, mappings: readonly Mapping<Route>[]): HandlerMap<Route> | undefined {
    const sound = mappings.filter((mapping) => {
      const isVerb = this.#compiles(mapping, () => compileVerb(mapping.verb));
      return this.#compiles(mapping, () => compilePath(mapping.path, this.#options)) && isVerb;
    });
    if (sound.length === mappings.length) throw error;
    return this.#makeMap(sound);
  }

  #compiles(mapping: Mapping<Route>, compile: () => unknown): boolean {
    try {
      compile();
      return true;
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const { record, position = 0 } = this.#sources.get(mapping) ?? {};
      this.#position = position;
      this.#fault('bad-pattern', String(mapping.name), message, record, { cause });
      return false;
    }
  }

  #fault(code: ErrorCode, subject: string, message: string, record?: DeclarationRecord, options?: ErrorOptions): void {
    this.#add(new DeclarationError(code, subject, message, record?.place, options));
  }

  #add(error: DeclarationError): void {
    this.#faults.push({ position: this.#position, error });
  }
}

/** Stands where a fault left no source; the site is then thrown away. */
const NO_SOURCE: HandlerSource = { lend: () => undefined };

function isPath(path: unknown): path is string | readonly string[] {
  return typeof path === 'string' || (Array.isArray(path) && path.every((pattern) => typeof pattern === 'string'));
}

function hasDeclaredBase(target: object): boolean {
  for (
    let base: unknown = Object.getPrototypeOf(target);
    typeof base === 'function';
    base = Object.getPrototypeOf(base)
  )
    if (declarationsOf(base).length > 0) return true;
  return false;
}

/** Templates with the base path before them; wildcard patterns match a suffix, so nothing is put before them. */
function anchored(
  path: string | readonly string[],
  { basePath = '', syntax }: SiteOptions,
): string | readonly string[] {
  if (typeof basePath !== 'string' || !basePath.startsWith('/') || syntax === 'wildcard') return path;
  const base = basePath.replace(/\/+$/, '');
  const anchor = (pattern: string): string =>
    pattern.startsWith('/')
      ? pattern
          .split(',')
          .map((alternative) => (alternative.startsWith('/') ? base + alternative : alternative))
          .join(',')
      : pattern;
  return typeof path === 'string' ? anchor(path) : path.map(anchor);
}
