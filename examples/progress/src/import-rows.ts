import type { OperationPart } from '@verbena/operations';
import { readRows } from './csv-rows.js';
import { isRefused, readCustomer } from './customer.js';
import { type ImportWork, TOLD_EVERY, told } from './import-work.js';

/** The second phase: takes over the customers of all rows but those that were refused. */
export async function importRows({ path, files, report, signal }: ImportWork, part: OperationPart): Promise<void> {
  const { rows, refused } = files.standing;
  const total = rows - refused;
  let { imported, lines } = files.standing;
  for await (const row of readRows(path, files.standing)) {
    signal.throwIfAborted();
    const isHeader = lines === 0;
    lines = row.lines;
    const read = isHeader ? [] : readCustomer(row.cells);
    if (!isRefused(read)) {
      imported += 1;
      await files.customers.add(JSON.stringify(read));
      part.report({ done: imported, total, unit: 'rows' });
      if (imported % TOLD_EVERY === 0) report({ message: told(imported, 'imported', refused) });
    }
    await files.advance({ imported, lines, bytes: row.bytes });
  }
  await files.advance({ phase: 'report' });
  await files.keep();
}
