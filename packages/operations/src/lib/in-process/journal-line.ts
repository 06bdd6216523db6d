import { OperationsError } from '../errors.js';
import type { OperationRecord } from '../record.js';
import { isTerminal } from '../view.js';
import type { Grave, KeptOperation } from './kept-operation.js';

/** One line of a journal: what an operation became. Of several about the same operation, the last counts. */
export type JournalLine =
  | { readonly record: OperationRecord; readonly input?: string; readonly checkpoint?: string }
  | { readonly id: string; readonly checkpoint: string }
  | { readonly grave: Grave };

/** What an earlier process has left. */
export interface JournalContents {
  readonly kept: Map<string, Omit<KeptOperation, 'ordinal'>>;
  readonly graves: Map<string, Grave>;
}

/** The first line. */
export const JOURNAL_HEAD: string = JSON.stringify({ verbenaOperations: 1 });

/**
 * Makes sense of a journal, line by line. A last line that was not written to its end is passed over.
 *
 * @param path for messages
 * @throws OperationsError `journal-damaged` when any other line makes no sense
 */
export async function readJournal(path: string, lines: AsyncIterable<string>): Promise<JournalContents> {
  const contents: JournalContents = { kept: new Map(), graves: new Map() };
  let number = 0;
  let failure: { readonly line: number; readonly cause: unknown } | undefined;
  for await (const line of lines) {
    // Only the line that turns out to be the last may be torn.
    if (failure !== undefined) throw damaged(path, failure);
    number += 1;
    try {
      if (number === 1) expectHead(line);
      else take(JSON.parse(line) as JournalLine, contents);
    } catch (cause) {
      failure = { line: number, cause };
    }
  }
  // A file that begins with something else is somebody else's.
  if (failure?.line === 1) throw damaged(path, failure);
  return contents;
}

/** The lines that hold all there is to know of an operation. */
export function lineOf({ record, input, checkpoint }: Omit<KeptOperation, 'ordinal' | 'log'>): JournalLine {
  return { record, ...(input === undefined ? {} : { input }), ...(checkpoint === undefined ? {} : { checkpoint }) };
}

function take(line: JournalLine, { kept, graves }: JournalContents): void {
  if ('grave' in line) {
    kept.delete(line.grave.tombstone.id);
    graves.set(line.grave.tombstone.id, line.grave);
  } else if ('record' in line) {
    const { record } = line;
    const before = kept.get(record.id);
    const isOver = isTerminal(record);
    kept.set(record.id, {
      record,
      input: isOver ? undefined : (line.input ?? before?.input),
      checkpoint: isOver ? undefined : (line.checkpoint ?? before?.checkpoint),
      log: [],
    });
  } else {
    const before = kept.get(line.id);
    if (before !== undefined) before.checkpoint = line.checkpoint;
  }
}

function expectHead(line: string): void {
  if (line !== JOURNAL_HEAD) throw new TypeError(`It begins with ${line.slice(0, 100)}`);
}

function damaged(path: string, { line, cause }: { readonly line: number; readonly cause: unknown }): OperationsError {
  return new OperationsError(
    'journal-damaged',
    `Reading the journal ${path} failed: line ${line} makes no sense; put the file aside, and what it says of operations is forgotten`,
    { cause },
  );
}
