import { type AnyClass, isClass, nameOf } from '../class.js';
import { HttpContext } from '../context.js';
import { describeParameter } from '../parameter-name.js';
import { type Assembly, isDisposable } from './assembly.js';
import { outsideRequest } from './faults.js';
import type { Parameter, Provider, ServiceSource } from './service-source.js';

/** Makes the object of a token. */
export type Recipe = (assembly: Assembly) => unknown;

/** What recipes are written from. */
export interface RecipeSource extends ServiceSource {
  /** Gives a singleton, built when nobody has asked for it before. */
  singletonOf(token: unknown, provider: Provider): unknown;
  /** Gives a function that tells whether the container has still nothing else to say of these tokens. */
  watch(tokens: Iterable<unknown>): () => boolean;
}

interface Entry {
  readonly recipe: Recipe;
  readonly isCurrent: () => boolean;
}

/**
 * Recipes for what a container would build: the graph of a class does not change from request to request, so it is read
 * once and not searched for registrations anew (`npm run bench`, scoped).
 */
export class Recipes {
  readonly #source: RecipeSource;
  readonly #entries = new Map<unknown, Entry | undefined>();

  constructor(source: RecipeSource) {
    this.#source = source;
  }

  /**
   * The recipe of a token. Nothing when only the container knows how to build it: when something in its graph is resolved later
   * or by a function, asks for more than one object, or was registered or intercepted since.
   */
  recipeOf(token: unknown): Recipe | undefined {
    let entry = this.#entries.get(token);
    if (entry === undefined && !this.#entries.has(token)) {
      entry = this.#write(token);
      this.#entries.set(token, entry);
    }
    return entry?.isCurrent() === true ? entry.recipe : undefined;
  }

  #write(token: unknown): Entry | undefined {
    const writer = new RecipeWriter(this.#source);
    const recipe = writer.recipeOf(token);
    return recipe && { recipe, isCurrent: this.#source.watch(writer.tokens) };
  }
}

/** Writes one recipe. */
class RecipeWriter {
  /** All that were met on the way. */
  readonly tokens = new Set<unknown>();
  readonly #source: RecipeSource;
  /** Those being written; meeting one again closes a circle. */
  readonly #open = new Set<unknown>();

  constructor(source: RecipeSource) {
    this.#source = source;
  }

  recipeOf(token: unknown): Recipe | undefined {
    this.tokens.add(token);
    if (token === HttpContext) return contextOf;
    const provider = this.#source.providersOf(token).at(-1);
    if (provider === undefined) return isClass(token) ? this.#construction(token) : undefined;
    if (provider.lifetime === 'singleton') return () => this.#source.singletonOf(token, provider);
    if (provider.isValue) return () => provider.build(provider.depth);
    const recipe = this.#lead(provider);
    if (recipe === undefined || provider.lifetime === 'transient') return recipe;
    return (assembly) => assembly.once(token, recipe);
  }

  #lead(provider: Provider): Recipe | undefined {
    const { leadsTo, isOfGraph } = provider;
    if (leadsTo === undefined || leadsTo.isDelayed || isOfGraph) return undefined;
    const { token, isClass: isConstructed } = leadsTo;
    if (!isConstructed) return this.#closed(provider, () => this.recipeOf(token));
    return isClass(token) ? this.#construction(token) : undefined;
  }

  #construction(type: AnyClass): Recipe | undefined {
    return this.#closed(type, () => {
      const parameters = this.#source.parametersOf(type).map((parameter) => this.#argument(parameter));
      return parameters.every((parameter) => parameter !== undefined) ? construct(type, parameters) : undefined;
    });
  }

  #argument({ token, isMultiple, isOptional, isDelayed, transformer }: Parameter): Recipe | undefined {
    const isOrdinary = !isMultiple && !isOptional && !isDelayed && transformer === undefined;
    return isOrdinary && token !== undefined ? this.recipeOf(token) : undefined;
  }

  #closed(key: unknown, write: () => Recipe | undefined): Recipe | undefined {
    if (this.#open.has(key)) return undefined;
    this.#open.add(key);
    const recipe = write();
    this.#open.delete(key);
    return recipe;
  }
}

function contextOf({ context }: Assembly): HttpContext {
  if (context === undefined) throw outsideRequest(HttpContext);
  return context;
}

function construct(type: AnyClass, parameters: readonly Recipe[]): Recipe {
  return (assembly) => {
    const built =
      parameters.length === 0 ? new type() : new type(...(argumentsOf(type, parameters, assembly) as never[]));
    if (isDisposable(built)) assembly.keep(built);
    return built;
  };
}

function argumentsOf(type: AnyClass, parameters: readonly Recipe[], assembly: Assembly): unknown[] {
  return parameters.map((parameter, index) => {
    try {
      return parameter(assembly);
    } catch (cause) {
      throw new Error(
        `Building ${nameOf(type)} failed: there was nothing for parameter ${describeParameter(type, index)} of its constructor (${String(cause)})`,
        { cause },
      );
    }
  });
}
