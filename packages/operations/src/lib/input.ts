import type { StandardSchemaV1 } from '@standard-schema/spec';
import { InvalidInputError, type InputIssue, OperationsError } from './errors.js';
import { decodePlain, encodePlain } from './plain-data.js';

/** An operation as far as its input is concerned. */
interface Checked {
  readonly kind: string;
  readonly input: StandardSchemaV1 | undefined;
}

/**
 * Makes the text of an input that is stored, once the schema has seen it as the worker will: as plain data that was copied.
 *
 * @throws InvalidInputError; OperationsError `input-not-serialisable`
 */
export async function encodeInput(operation: Checked, input: unknown): Promise<string> {
  let text: string;
  try {
    text = encodePlain(input);
  } catch (cause) {
    throw new OperationsError(
      'input-not-serialisable',
      `Starting "${operation.kind}" failed: its input cannot become JSON (${(cause as Error).message}); give plain data`,
      { cause },
    );
  }
  await decodeInput(operation, text);
  return text;
}

/**
 * Gives the input as its schema makes it of the stored text. What the schema makes need not be plain data, as it is made anew for
 * each attempt.
 *
 * @throws InvalidInputError
 */
export async function decodeInput({ kind, input: schema }: Checked, text: string): Promise<unknown> {
  const input = decodePlain(text);
  if (schema === undefined) return input;
  const checked = await schema['~standard'].validate(input);
  if (checked.issues !== undefined) throw new InvalidInputError(kind, checked.issues.map(issueOf));
  return checked.value;
}

function issueOf({ message, path = [] }: StandardSchemaV1.Issue): InputIssue {
  const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
  return { message, path: keys.map((key) => (typeof key === 'number' ? key : String(key))) };
}
