import { NO_PARAMS, Params, type PathParams } from './path-params.js';
import type { Capture } from './template-parser.js';
import { decodeOrKeep, type TemplateReading } from './template-reading.js';

/** What a path pattern names, and how to take it from a path. */
export class Captures {
  readonly #captures: readonly Capture[];
  readonly #reading: TemplateReading | undefined;

  /** @param reading how the template is read that they belong to */
  constructor(captures: readonly Capture[] = [], reading?: TemplateReading) {
    this.#captures = captures;
    this.#reading = reading;
  }

  /** Equal only for captures that take the same; `undefined` when that cannot be told. */
  get key(): string | undefined {
    if (this.#captures.some(({ kind }) => kind === 'parts')) return undefined;
    return this.#captures.map(({ kind, index, names }) => `${kind} ${index} ${names.join()}`).join();
  }

  /**
   * The params of a path that fits.
   *
   * @param isEncoded whether the path has percent escapes
   * @param segmentEnds where its segments end, at least those that are named
   */
  params(path: string, isEncoded: boolean, segmentEnds: ArrayLike<number>): PathParams {
    const captures = this.#captures;
    if (captures.length === 0) return NO_PARAMS;
    const params = new Params();
    for (const capture of captures) {
      const { kind, index } = capture;
      const start = index === 0 ? 1 : (segmentEnds[index - 1] as number) + 1;
      const text = path.slice(start, kind === 'rest' ? path.length : segmentEnds[index]);
      const decoded = isEncoded ? decodeOrKeep(text) : text;
      if (kind === 'parts') this.#takeParts(capture, decoded, params);
      else params[capture.names[0]] = decoded;
    }
    return params;
  }

  #takeParts({ names, glob }: Capture, text: string, params: Record<string, string>): void {
    const bounds = glob.locate(this.#reading?.fold(text) ?? text) ?? [];
    for (const [index, name] of names.entries()) params[name] = text.slice(bounds[2 * index], bounds[2 * index + 1]);
  }
}

/** Those of patterns that name nothing. */
export const NO_CAPTURES: Captures = new Captures();
