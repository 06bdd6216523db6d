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
