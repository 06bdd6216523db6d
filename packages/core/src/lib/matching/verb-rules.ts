import { parseGlob } from './glob.js';
import { isWildVerb, type ParsedVerb, VerbFit } from './verb.js';

/** Verbs that `Allow` lists for a wildcard, beside those that some mapping names. */
const USUAL_VERBS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** How the verbs of one set of mappings are understood. */
export class VerbRules {
  readonly #headFollowsGet: boolean;
  readonly #named: ReadonlySet<string>;
  readonly #hasPartialWildcards: boolean;

  /** @param headFollowsGet whether what answers `GET` answers `HEAD` as well */
  constructor(patterns: readonly ParsedVerb[], headFollowsGet: boolean) {
    const alternatives = patterns.flatMap((pattern) => pattern.alternatives);
    this.#headFollowsGet = headFollowsGet;
    this.#named = new Set(['HEAD', ...alternatives.filter((alternative) => !isWildVerb(alternative))]);
    this.#hasPartialWildcards = alternatives.some(
      (alternative) => isWildVerb(alternative) && !/^\*+$/.test(alternative),
    );
  }

  /** How closely a pattern meets a verb; `undefined` when it does not. */
  fit(pattern: ParsedVerb, verb: string): VerbFit | undefined {
    const fit = pattern.fit(verb);
    if (!this.#headFollowsGet || verb !== 'HEAD' || !isLooser(fit, VerbFit.headOfGet)) return fit;
    return isLooser(pattern.fit('GET'), VerbFit.headOfGet) ? fit : VerbFit.headOfGet;
  }

  /** The same for all verbs that every pattern treats alike; `undefined` when that cannot be told beforehand. */
  classOf(verb: string): string | undefined {
    if (this.#named.has(verb)) return verb;
    return this.#hasPartialWildcards ? undefined : '*';
  }

  /**
   * The verbs a pattern answers, in its order. A wildcard stands for those verbs it fits that some mapping names or that
   * are usual: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS.
   */
  list(pattern: ParsedVerb): string[] {
    const verbs = pattern.alternatives.flatMap((alternative) =>
      isWildVerb(alternative) ? this.#namedVerbsFitting(alternative) : [alternative],
    );
    return verbs.flatMap((verb) =>
      verb === 'GET' && this.#headFollowsGet ? ['GET', 'HEAD'] : verb === '' ? [] : [verb],
    );
  }

  #namedVerbsFitting(alternative: string): string[] {
    const glob = parseGlob(alternative);
    return [...USUAL_VERBS, ...this.#named].filter((verb) => glob.matches(verb));
  }
}

function isLooser(fit: VerbFit | undefined, than: VerbFit): boolean {
  return fit === undefined || fit > than;
}
