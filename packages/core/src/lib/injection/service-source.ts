import type { AnyClass } from '../class.js';

/** Where the graph learns what was registered and what constructors ask for. */
export interface ServiceSource {
  /** What a token was registered with, in order; nothing when it was not. */
  providersOf(token: unknown): readonly Provider[];
  /** What the constructor of a class asks for. */
  parametersOf(type: AnyClass): readonly Parameter[];
}

/** One registration of a token. */
export interface Provider {
  /** `request`: one for each request. */
  readonly lifetime: 'transient' | 'singleton' | 'request';
  /** The class it constructs, or the token it stands for. */
  readonly leadsTo: { readonly token: unknown; readonly isClass: boolean; readonly isDelayed: boolean } | undefined;
  /** It may ask the container for anything, and nobody can tell beforehand for what. */
  readonly isOpaque: boolean;
  /** It gives a ready value. */
  readonly isValue: boolean;
  /** It gives one object for all who need it in what is built at one time. */
  readonly isOfGraph: boolean;
  /** How far below the root the container stands in which it was registered. */
  readonly depth: number;
  /** Gives its object, built in the container that stands so far below the root; a singleton's is built only once. */
  build(depth: number): unknown;
}

/** What one parameter of a constructor asks for. */
export interface Parameter {
  /** Nothing when no type was found. */
  readonly token: unknown;
  /** It takes all that was registered. */
  readonly isMultiple: boolean;
  readonly isOptional: boolean;
  /** It is resolved when it is first used, so it may close a circle. */
  readonly isDelayed: boolean;
  /** Token of what turns the value into the argument. */
  readonly transformer: unknown;
}
