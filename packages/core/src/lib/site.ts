import { type AnyClass, isClass, nameOf } from './class.js';
import { type DeclarationRecord, declarationsOf } from './declaration.js';
import { DeclarationError, type ErrorCode, StartupError } from './errors.js';
import type { Route } from './exchange.js';
import type { HttpHandlerFactory } from './factory.js';
import { FactorySource, VerbFactory } from './factory-source.js';
import { type Filter, isFilterClass } from './filter.js';
import { FunctionSource } from './function-source.js';
import type { HandlerClass, HandlerFunction } from './handler.js';
import { DuplicateMappingError } from './duplicate-mapping.js';
import { HandlerMap, type HandlerMapOptions, type Mapping } from './handler-map.js';
import { type HandlerTypes, settingsOf } from './handler-types.js';
import type { HandlerSource } from './lease.js';
import { compilePath } from './path.js';
import type { Injector } from './scope.js';
import { compileVerb } from './verb.js';

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
  readonly factories: ReadonlyMap<AnyClass, object>;
}

/** What a site needs of its application. */
export interface SiteOwner {
  readonly injector: Injector;
  readonly types: HandlerTypes;
}

/**
 * Checks everything that was listed and builds a site of it. Factories that the previous site knew as well go on.
 *
 * @throws StartupError with every fault found
 */
export function buildSite(listed: Iterable<Declared>, owner: SiteOwner, options: SiteOptions, previous?: Site): Site {
  return new SiteBuilder(owner, options, previous).build(new Set(listed));
}

class SiteBuilder {
  readonly #owner: SiteOwner;
  readonly #options: SiteOptions;
  readonly #previous: Site | undefined;
  readonly #faults: DeclarationError[] = [];
  readonly #types = new Set<HandlerClass>();
  readonly #factories = new Map<AnyClass, object>();
  readonly #checked = new Set<unknown>();

  constructor(owner: SiteOwner, options: SiteOptions, previous: Site | undefined) {
    this.#owner = owner;
    this.#options = options;
    this.#previous = previous;
  }

  build(listed: ReadonlySet<unknown>): Site {
    this.#owner.injector.refresh();
    this.#checkFilters(this.#options.use);
    const mappings = [...listed].flatMap((target) => this.#mappingsOf(target));
    const map = this.#faults.length === 0 ? this.#makeMap(mappings) : undefined;
    if (map === undefined) throw new StartupError(this.#faults);
    return { map, types: this.#types, factories: this.#factories };
  }

  #mappingsOf(target: unknown): readonly Mapping<Route>[] {
    if (typeof target !== 'function') {
      this.#fault(
        'not-a-handler',
        String(target),
        `the list of handlers holds ${target === null ? 'null' : typeof target} where a decorated class or what defineHandler gave back belongs`,
      );
      return [];
    }
    const records = declarationsOf(target);
    if (records.length === 0) {
      const inherited = declarationsOf(Object.getPrototypeOf(target) as object).length > 0;
      this.#fault(
        'not-declared',
        nameOf(target),
        `is listed without a declaration${inherited ? '; that of its base class is not inherited' : ''}; decorate it with @Handler or @Factory, or pass it through defineHandler`,
      );
    }
    return records.flatMap((record) => this.#mappingOf(target as Declared, record) ?? []);
  }

  #mappingOf(target: Declared, record: DeclarationRecord): Mapping<Route> | undefined {
    const { declaration, kind } = record;
    const faultsBefore = this.#faults.length;
    const name = declaration.name ?? nameOf(target);
    for (const problem of problemsOf(record)) this.#fault('bad-declaration', name, problem, record);
    const verb = declaration.verbs === undefined ? (declaration.verb ?? '*') : Object.keys(declaration.verbs).join(',');
    const path = anchored(declaration.path, this.#options);
    this.#checkPattern(name, record, () => compileVerb(verb));
    if (path !== undefined) this.#checkPattern(name, record, () => compilePath(path, this.#options));
    this.#checkFilters(declaration.use, record);
    const source = kind === 'handler' ? this.#handlerSource(target, record) : this.#factorySource(target, record, name);
    if (source === undefined || path === undefined || this.#faults.length > faultsBefore) return undefined;
    const info = { name, verb, path, kind, target };
    const settings = settingsOf(target, record);
    return {
      name,
      verb,
      path,
      target: { info, source, settings, use: [...(this.#options.use ?? []), ...settings.use] },
    };
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
    if (!this.#checkClass(target, record)) return undefined;
    if (this.#owner.injector.needsRequest(target)) {
      this.#fault(
        'captive-request-object',
        name,
        'is a factory, of which one instance serves every request, yet its constructor reaches something that belongs to one request; take it from the context in getHandler',
        record,
      );
      return undefined;
    }
    const instance = this.#factoryOf(target, record, name);
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

  #factoryOf(type: AnyClass, record: DeclarationRecord, name: string): Partial<HttpHandlerFactory> | undefined {
    const known = this.#factories.get(type) ?? this.#previous?.factories.get(type);
    try {
      const factory = known ?? this.#owner.injector.build(type).instance;
      this.#factories.set(type, factory);
      return factory;
    } catch (cause) {
      this.#fault('bad-declaration', name, `could not be constructed: ${String(cause)}`, record, { cause });
      return undefined;
    }
  }

  #checkHandlerClass(type: HandlerClass, record: DeclarationRecord): void {
    this.#types.add(type);
    if (!this.#checkClass(type, record)) return;
    if (this.#owner.injector.isShared(type)) {
      this.#fault(
        'shared-handler',
        nameOf(type),
        'is registered so that every request would get the same instance; leave it unregistered, and set isReusable when instances may be used again',
        record,
      );
    }
    const pooled = declarationsOf(type).some(({ declaration }) => declaration.pool !== undefined);
    if (pooled && this.#owner.injector.needsRequest(type)) {
      this.#fault(
        'captive-request-object',
        nameOf(type),
        'declares a pool, yet its constructor reaches something that belongs to one request; read that from the context in processRequest, or declare no pool',
        record,
      );
    }
  }

  #checkFilters(filters: readonly Filter[] = [], record?: DeclarationRecord): void {
    for (const filter of filters) if (isFilterClass(filter)) this.#checkClass(filter, record);
  }

  /** Walks the constructor graph of a class, once. */
  #checkClass(type: AnyClass, record?: DeclarationRecord): boolean {
    if (this.#checked.has(type)) return true;
    this.#checked.add(type);
    const faults = this.#owner.injector.check(type);
    for (const { code, subject, message } of faults)
      this.#faults.push(new DeclarationError(code, subject, message, record?.place));
    return faults.length === 0;
  }

  #checkPattern(name: string, record: DeclarationRecord, compile: () => unknown): void {
    try {
      compile();
    } catch (cause) {
      this.#fault('bad-pattern', name, cause instanceof Error ? cause.message : String(cause), record, { cause });
    }
  }

  #makeMap(mappings: readonly Mapping<Route>[]): HandlerMap<Route> | undefined {
    try {
      return new HandlerMap(mappings, this.#options);
    } catch (error) {
      if (!(error instanceof DuplicateMappingError)) throw error;
      for (const [first, second] of error.pairs) {
        this.#fault(
          'duplicate-mapping',
          String(second.name),
          `answers ${second.verb} ${String(second.path)}, as ${String(first.name)} does already; give one of them another verb or path`,
        );
      }
      return undefined;
    }
  }

  #fault(code: ErrorCode, subject: string, message: string, record?: DeclarationRecord, options?: ErrorOptions): void {
    this.#faults.push(new DeclarationError(code, subject, message, record?.place, options));
  }
}

/** Templates with the base path before them; wildcard patterns match a suffix, so nothing is put before them. */
function anchored(
  path: string | readonly string[] | undefined,
  { basePath = '', syntax }: SiteOptions,
): string | readonly string[] | undefined {
  if (basePath === '' || path === undefined || syntax === 'wildcard') return path;
  const anchor = (pattern: string): string =>
    pattern.startsWith('/')
      ? pattern
          .split(',')
          .map((alternative) => basePath + alternative)
          .join(',')
      : pattern;
  return typeof path === 'string' ? anchor(path) : path.map(anchor);
}

const HANDLER_MEMBERS = ['verb', 'path', 'name', 'use', 'timeoutMs', 'bodyLimitBytes', 'session', 'pool', 'produces'];
const FACTORY_MEMBERS = ['verb', 'path', 'name', 'use', 'timeoutMs', 'bodyLimitBytes', 'verbs'];

/** What a compiler does not check, and nobody checks for those who write JavaScript. */
function problemsOf({ kind, declaration }: DeclarationRecord): readonly string[] {
  const { verb, verbs, path, session, pool, timeoutMs, bodyLimitBytes } = declaration;
  const members = kind === 'handler' ? HANDLER_MEMBERS : FACTORY_MEMBERS;
  const strangers = Object.keys(declaration).filter((member) => !members.includes(member));
  return [
    ...strangers.map(
      (member) =>
        `declares "${member}", which is no member of a ${kind}'s declaration; there are ${members.join(', ')}`,
    ),
    ...(path === undefined
      ? ['is listed and declares no path; give it one, or take it off the list when only a factory chooses it']
      : []),
    ...(verb !== undefined && verbs !== undefined
      ? ['declares both verb and verbs; verbs already says which verbs it takes']
      : []),
    ...[verb ?? '', ...Object.keys(verbs ?? {})].flatMap(lowerCaseProblem),
    ...(session === undefined || session === 'required' || session === 'readonly'
      ? []
      : [`declares session ${JSON.stringify(session)}; it may be "required" or "readonly"`]),
    ...badNumber('timeoutMs', timeoutMs, 1),
    ...badNumber('bodyLimitBytes', bodyLimitBytes, 0),
    ...badNumber('pool.max', pool?.max, 1),
    ...badNumber('pool.idleMs', pool?.idleMs, 0),
  ];
}

function lowerCaseProblem(verb: string): readonly string[] {
  // Verbs are case-sensitive (RFC 9110, 9.1; aspnet-handlers.md B3), so these would never match a browser's.
  const found = /\b(get|head|post|put|delete|options|patch|trace)\b/i.exec(verb)?.[0];
  return found === undefined || found === found.toUpperCase()
    ? []
    : [`declares the verb ${found}, which no client sends; write ${found.toUpperCase()}`];
}

function badNumber(member: string, value: unknown, least: number): readonly string[] {
  if (value === undefined || (typeof value === 'number' && value >= least)) return [];
  return [`declares ${member} as ${String(value)}; it takes a number from ${least}, or Infinity`];
}
