import { OperationsError } from './errors.js';
import { encodePlain } from './plain-data.js';

/** Longest checkpoint, in bytes. */
const LIMIT = 16_384;

/**
 * A checkpoint as it is stored.
 *
 * @param subject for messages: which operation
 * @throws OperationsError `checkpoint-not-serialisable`, `checkpoint-too-large`
 */
export function encodeCheckpoint(data: unknown, subject: string): string {
  const failed = `Keeping a checkpoint of ${subject} failed`;
  let text: string;
  try {
    text = encodePlain(data);
  } catch (cause) {
    throw new OperationsError(
      'checkpoint-not-serialisable',
      `${failed}: it cannot become JSON (${(cause as Error).message})`,
      { cause },
    );
  }
  const bytes = Buffer.byteLength(text);
  if (bytes <= LIMIT) return text;
  throw new OperationsError(
    'checkpoint-too-large',
    `${failed}: it takes ${bytes} bytes, and ${LIMIT} is the most; keep where to go on, not the work itself`,
  );
}
