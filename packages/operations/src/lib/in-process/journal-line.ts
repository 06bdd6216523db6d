import { crc32 } from 'node:zlib';
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
 * Makes sense of a journal, line by line.
 *
 * @param path for messages
 * @throws OperationsError `journal-damaged` when a line makes no sense
 */
export async function readJournal(path: string, lines: AsyncIterable<string>): Promise<JournalContents> {
  const contents: JournalContents = { kept: new Map(), graves: new Map() };
  let number = 0;
  for await (const line of lines) {
    number += 1;
    try {
      if (number === 1) expectHead(line);
      else take(decoded(line), contents);
    } catch (cause) {
      throw damaged(path, number, cause);
    }
  }
  return contents;
}

/** A line as it is written: behind a checksum, as one that a disk or a hand has changed may still be JSON, and have work done twice. */
export function encoded(line: JournalLine): string {
  const text = JSON.stringify(line);
  return `${checksumOf(text)} ${text}`;
}

function decoded(line: string): JournalLine {
  const space = line.indexOf(' ');
  const text = line.slice(space + 1);
  if (line.slice(0, Math.max(0, space)) !== checksumOf(text)) throw new TypeError('Its checksum is that of another');
  // What has its checksum was written here.
  return JSON.parse(text) as JournalLine;
}

function checksumOf(text: string): string {
  return crc32(text).toString(36);
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

function damaged(path: string, line: number, cause: unknown): OperationsError {
  return new OperationsError(
    'journal-damaged',
    `Reading the journal ${path} failed: line ${line} makes no sense; put the file aside, and what it says of operations is forgotten`,
    { cause },
  );
}
