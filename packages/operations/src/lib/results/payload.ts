import { encodePlain } from '../plain-data.js';
import { ResultContent } from './result-content.js';

/** What a handler gave, ready to be stored. */
export type ResultPayload =
  | { readonly form: 'nothing' }
  | { readonly form: 'json'; readonly text: string }
  | { readonly form: 'content'; readonly content: ResultContent }
  /** It cannot become JSON. */
  | { readonly form: 'unfit'; readonly reason: string };

export function payloadOf(value: unknown): ResultPayload {
  if (value === undefined) return { form: 'nothing' };
  if (value instanceof ResultContent) return { form: 'content', content: value };
  try {
    return { form: 'json', text: encodePlain(value) };
  } catch (error) {
    return { form: 'unfit', reason: (error as TypeError).message };
  }
}

const encoder = new TextEncoder();

/** Characters of a long text that are encoded at once. */
const SLICE = 65_536;

/** What a result consists of, piece by piece. */
export async function* bytesOf(body: ResultContent['body']): AsyncGenerator<Uint8Array, undefined> {
  if (body instanceof Uint8Array) yield body;
  else if (typeof body === 'string') yield* slicesOf(body);
  else for await (const piece of body) yield typeof piece === 'string' ? encoder.encode(piece) : piece;
}

function* slicesOf(text: string): Generator<Uint8Array, undefined> {
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + SLICE, text.length);
    // A pair of surrogates must stay together.
    const last = text.charCodeAt(end - 1);
    if (last >= 0xd800 && last <= 0xdbff && end < text.length) end += 1;
    yield encoder.encode(text.slice(start, end));
    start = end;
  }
}
