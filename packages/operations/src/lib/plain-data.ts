import { messageOf } from './message.js';

/** Text for nothing: JSON has none. */
const NOTHING = '';

/**
 * Plain data as JSON text, as it is stored and sent to other processes.
 *
 * @throws TypeError when it holds a cycle, a BigInt or a function where a value belongs, or when reading it throws
 */
export function encodePlain(value: unknown): string {
  if (value === undefined) return NOTHING;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new TypeError(messageOf(cause) ?? 'reading it failed', { cause });
  }
  if (text === undefined) throw new TypeError(`a ${typeof value} is no data`);
  return text;
}

/** What {@link encodePlain} made a text of. */
export function decodePlain(text: string): unknown {
  return text === NOTHING ? undefined : JSON.parse(text);
}
