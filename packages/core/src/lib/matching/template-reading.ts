import { foldCase } from './fold-case.js';
import { decodePercent } from './percent-encoding.js';

const SLASH = '/'.charCodeAt(0);

/** How templates are compared with paths. */
export interface TemplateOptions {
  /** Whether letter case counts. Default false. Params keep their case either way. */
  readonly caseSensitive?: boolean;
  /** `ignore` lets one slash at the end, of the template or of the path, make no difference. Default `ignore`. */
  readonly trailingSlash?: 'ignore' | 'strict';
}

/** Reads templates and the paths they are compared with, both in the same way. */
export class TemplateReading {
  readonly ignoresCase: boolean;
  readonly #ignoresTrailingSlash: boolean;

  constructor(options: TemplateOptions) {
    this.ignoresCase = options.caseSensitive !== true;
    this.#ignoresTrailingSlash = options.trailingSlash !== 'strict';
  }

  /** The text, of the same length, without letter case unless case counts. */
  fold(text: string): string {
    return this.ignoresCase ? foldCase(text) : text;
  }

  /** Where what counts of a text ends that ends at `end`. */
  endOf(text: string, end: number): number {
    return this.#ignoresTrailingSlash && text.charCodeAt(end - 1) === SLASH ? end - 1 : end;
  }

  /** The segments that count of a path that begins with a slash, decoded; one with a malformed escape as it stands. */
  segmentsOf(path: string): readonly string[] {
    const end = this.endOf(path, path.length);
    // Decoded segments may contain slashes, so they can no longer be put together.
    return end === 0 ? [] : path.slice(1, end).split('/').map(decodeOrKeep);
  }
}

/** The text decoded once, or as it stands when an escape in it is malformed. */
export function decodeOrKeep(text: string): string {
  return text.includes('%') ? (decodePercent(text) ?? text) : text;
}
