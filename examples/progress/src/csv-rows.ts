import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { OperationFailure } from '@verbena/operations';
import { CsvError, type InfoRecord, parse } from 'csv-parse';

/** A place between two rows of a file. */
export interface Place {
  /** How many bytes lie before it. */
  readonly bytes: number;
  /** How many lines do. */
  readonly lines: number;
}

/** A row of a file, and the place behind it. */
export interface Row extends Place {
  readonly cells: readonly string[];
}

/** What the parser gives with `info`. */
interface Parsed {
  readonly record: readonly string[];
  readonly info: InfoRecord;
}

/** Longest row in characters. A quote that is never closed would otherwise take in the rest of the file. */
const ROW_LIMIT = 65_536;

/**
 * Reads the rows of a CSV file one by one, from its beginning or from behind a row that was read before.
 *
 * @throws OperationFailure `unreadable` when it is no CSV
 */
export async function* readRows(path: string, from: Place = { bytes: 0, lines: 0 }): AsyncGenerator<Row, undefined> {
  const parser = parse({
    bom: from.bytes === 0,
    // A row that is too long or too short is refused, and the others are not.
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n'],
    max_record_size: ROW_LIMIT,
    skip_empty_lines: true,
    info: true,
  });
  try {
    // What fails on the way destroys the parser, which tells the loop below.
    const parsed = pipeline(createReadStream(path, { start: from.bytes }), parser, () => {}) as AsyncIterable<Parsed>;
    for await (const { record, info } of parsed)
      yield { cells: record, bytes: from.bytes + info.bytes, lines: from.lines + info.lines };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new OperationFailure('unreadable', {
      title: 'The file cannot be read as CSV',
      detail: `${error.message}. Nothing was imported`,
    });
  }
}
