import { foldCase } from './fold-case.js';
import { decodePercent } from './percent-encoding.js';

/** How templates are compared with paths. */
export interface TemplateOptions {
  /** Whether letter case counts. Default false. Params keep their case either way. */
  readonly caseSensitive?: boolean;
  /** `ignore` lets one slash at the end, of the template or of the path, make no difference. Default `ignore`. */
  readonly trailingSlash?: 'ignore' | 'strict';
}

/** Reads templates and the paths they are compared with, both in the same way. */
export class TemplateReading {
  readonly #caseSensitive: boolean;
  readonly #ignoresTrailingSlash: boolean;

  constructor(options: TemplateOptions) {
    this.#caseSensitive = options.caseSensitive === true;
    this.#ignoresTrailingSlash = options.trailingSlash !== 'strict';
  }

  /** The text, of the same length, without letter case unless case counts. */
  fold(text: string): string {
    return this.#caseSensitive ? text : foldCase(text);
  }

  /** The text of a path segment as templates see it: decoded once, or as it stands when an escape is malformed. */
  comparable(segment: string): string {
    return this.fold(decodeOrKeep(segment));
  }

  /** Where the text that counts ends, of the part of a text from `start` to `end`. */
  endOf(text: string, start: number, end: number): number {
    return this.#ignoresTrailingSlash && end > start && text.charAt(end - 1) === '/' ? end - 1 : end;
  }
}

/** The text decoded once, or as it stands when an escape in it is malformed. */
export function decodeOrKeep(text: string): string {
  return text.includes('%') ? (decodePercent(text) ?? text) : text;
}
