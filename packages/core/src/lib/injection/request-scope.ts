import type { HttpContext } from '../context.js';
import type { Scope, Token } from '../token.js';
import { Assembly, type Disposable } from './assembly.js';
import { internalsOf, setInstance } from './container-internals.js';
import { ContainerScope } from './container-scope.js';
import type { Containers } from './containers.js';
import type { Recipe } from './recipes.js';
import type { DependencyContainer, InjectionToken } from './tsyringe.js';

/**
 * The objects of one request. They are built by recipes until something is asked for that only a container can build; that
 * is then opened, knows of what was built before, and builds all that follows.
 */
export class RequestScope extends Assembly implements Scope {
  declare readonly context: HttpContext | undefined;
  readonly #containers: Containers;
  #opened: ContainerScope | undefined;

  constructor(context: HttpContext | undefined, containers: Containers) {
    super(context);
    this.#containers = containers;
  }

  resolve<Value>(token: Token<Value>): Value {
    const recipe = this.#opened === undefined ? this.#containers.recipes.recipeOf(token) : undefined;
    if (recipe !== undefined) return recipe(this) as Value;
    // Reading its constructor makes a class known to tsyringe.
    this.#containers.graph.summaryOf(token);
    return this.#container.resolve(token as InjectionToken<Value>);
  }

  override once(token: unknown, make: Recipe): unknown {
    // A constructor may have asked the context for something that needs the container.
    return this.#opened === undefined ? super.once(token, make) : this.#container.resolve(token as InjectionToken);
  }

  override keep(built: Disposable): void {
    if (this.#opened === undefined) super.keep(built);
    else internalsOf(this.#container).disposables.add(built);
  }

  override get isEmpty(): boolean {
    return this.#opened === undefined && super.isEmpty;
  }

  override dispose(): Promise<readonly unknown[]> {
    return this.#opened === undefined ? super.dispose() : this.#opened.dispose();
  }

  protected override share(token: unknown, made: unknown): void {
    if (this.#opened === undefined) super.share(token, made);
    else setInstance(this.#container, token, made);
  }

  get #container(): DependencyContainer {
    if (this.#opened === undefined) {
      const container = this.#containers.openRequestContainer(this.context);
      for (const [token, made] of this.shared) setInstance(container, token, made);
      for (const built of this.kept) internalsOf(container).disposables.add(built);
      this.#opened = new ContainerScope(container);
    }
    return this.#opened.container;
  }
}
