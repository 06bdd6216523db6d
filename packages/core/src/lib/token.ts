/** What can be asked of the container: a class, or the token something was registered under. */
export type Token<Value> = (abstract new (...dependencies: never[]) => Value) | string | symbol;

/** Objects that live together, and end together. */
export interface Scope {
  resolve<Value>(token: Token<Value>): Value;
  /** Whether nothing in it has to be disposed. */
  readonly isEmpty: boolean;
  /** Disposes what was built here, all of it; gives the errors met on the way. */
  dispose(): Promise<readonly unknown[]>;
}
