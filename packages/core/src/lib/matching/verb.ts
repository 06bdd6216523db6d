import { type Glob, parseGlob } from './glob.js';

/** What a mapping answers to, compiled from a text such as `GET, POST`. */
export interface VerbPattern {
  /** The pattern as written. */
  readonly source: string;
  /** The verbs it names, in its order and each once; `'*'` when it has a wildcard, so that they cannot be listed. */
  readonly names: readonly string[] | '*';
  /** Whether it covers the verb, taken as it was sent: case counts, and `GET` does not cover `HEAD`. */
  matches(verb: string): boolean;
}

/**
 * Compiles a verb pattern with ASP.NET's meaning (`aspnet-handlers.md` B1 to B6): `,` separates alternatives, `*` stands
 * for any run of characters and `?` for one, spaces do not count, letter case does.
 *
 * @throws TypeError when the pattern is empty (D3)
 */
export function compileVerb(pattern: string): VerbPattern {
  return parseVerb(pattern);
}

/** How closely a mapping's verb pattern meets a request's verb, closest first. */
export const VerbFit = {
  /** The verb itself. */
  named: 0,
  /** A wildcard with something more definite beside it, as in `P*` or `???`. */
  wildcard: 1,
  /** `HEAD`, by a pattern that meets `GET`. No pattern implies this of itself (B4); a map of mappings may. */
  headOfGet: 2,
  /** `*`. */
  any: 3,
} as const;

/** A value of {@link VerbFit}. */
export type VerbFit = (typeof VerbFit)[keyof typeof VerbFit];

/** A verb pattern with what ranking and listing it needs. */
export interface ParsedVerb extends VerbPattern {
  /** The alternatives as they are compared: without spaces, in the pattern's order, each once. */
  readonly alternatives: readonly string[];
  /** How closely the closest alternative meets the verb; `undefined` when none does. */
  fit(verb: string): VerbFit | undefined;
}

/** {@link compileVerb}, for ranking. */
export function parseVerb(pattern: string): ParsedVerb {
  if (pattern === '') throw new TypeError('Cannot compile an empty verb pattern; write "*" for every verb');
  const alternatives = [...new Set(pattern.replaceAll(' ', '').split(','))];
  const named = new Set(alternatives.filter((alternative) => !isWildVerb(alternative)));
  const wild = alternatives.filter(isWildVerb).map(parseGlob).sort(byFit);

  const fit = (verb: string): VerbFit | undefined => {
    if (named.has(verb)) return VerbFit.named;
    const closest = wild.find((glob) => glob.matches(verb));
    return closest === undefined ? undefined : fitOf(closest);
  };
  return {
    source: pattern,
    names: wild.length > 0 ? '*' : alternatives.filter((name) => name !== ''),
    alternatives,
    fit,
    matches: (verb) => fit(verb) !== undefined,
  };
}

/** Whether an alternative of a verb pattern has a wildcard, so that it names no single verb. */
export function isWildVerb(alternative: string): boolean {
  return alternative.includes('*') || alternative.includes('?');
}

function fitOf(wild: Glob): VerbFit {
  return wild.minLength === 0 ? VerbFit.any : VerbFit.wildcard;
}

function byFit(one: Glob, other: Glob): number {
  return fitOf(one) - fitOf(other);
}
