import { OperationFailure, type OperationPart } from '@verbena/operations';
import { readRows } from './csv-rows.js';
import { columns, isRefused, readCustomer } from './customer.js';
import { type ImportWork, TOLD_EVERY, told } from './import-work.js';

/** A row that was refused. */
export interface Refusal {
  readonly line: number;
  readonly problems: readonly string[];
  readonly cells: readonly string[];
}

/**
 * The first phase: looks at every row, and writes down those that are to be refused.
 *
 * @throws OperationFailure `wrong-header`, `unreadable`
 */
export async function checkRows({ path, size, files, report, signal }: ImportWork, part: OperationPart): Promise<void> {
  let { rows, refused, lines } = files.standing;
  for await (const row of readRows(path, files.standing)) {
    signal.throwIfAborted();
    if (lines === 0) checkHeader(row.cells);
    else {
      rows += 1;
      const read = readCustomer(row.cells);
      if (isRefused(read)) {
        refused += 1;
        const refusal: Refusal = { line: row.lines, problems: read, cells: row.cells };
        await files.refusals.add(JSON.stringify(refusal));
      }
    }
    lines = row.lines;
    part.report({ value: row.bytes / size });
    if (rows % TOLD_EVERY === 0) report({ message: told(rows, 'checked', refused) });
    await files.advance({ rows, refused, lines, bytes: row.bytes });
  }
  if (lines === 0) checkHeader([]);
  await files.advance({ phase: 'import', lines: 0, bytes: 0 });
  await files.keep();
}

function checkHeader(cells: readonly string[]): void {
  const wrong = columns.findIndex((column, index) => cells[index]?.trim() !== column);
  if (wrong < 0 && cells.length === columns.length) return;
  const place = wrong < 0 ? columns.length : wrong;
  const found = cells[place] === undefined ? 'nothing' : `“${cells[place].slice(0, 40)}”`;
  const expected = columns[place] === undefined ? 'nothing more' : `“${columns[place]}”`;
  throw new OperationFailure('wrong-header', {
    title: 'The first line does not name the columns',
    detail: `Column ${place + 1} is ${found}, and ${expected} is expected. The first line is to be: ${columns.join(',')}. Nothing was imported`,
  });
}
