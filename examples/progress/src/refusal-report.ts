import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { OperationPart } from '@verbena/operations';
import type { Refusal } from './check-rows.js';
import { columns } from './customer.js';
import type { ImportWork } from './import-work.js';
import { PartFile } from './part-file.js';

/** The last phase: writes the rows that were refused, and why, as a CSV file. */
export async function writeReport({ files, signal }: ImportWork, part: OperationPart): Promise<void> {
  const report = await PartFile.open(files.reportPath);
  try {
    await report.add(csvLine(['line', 'problems', ...columns]));
    const refusals = createInterface({ input: createReadStream(files.refusalsPath) });
    let done = 0;
    for await (const text of refusals) {
      signal.throwIfAborted();
      // The check wrote it.
      const { line, problems, cells } = JSON.parse(text) as Refusal;
      await report.add(csvLine([String(line), problems.join('; '), ...cells]));
      done += 1;
      part.report({ done, total: files.standing.refused, unit: 'rows' });
    }
    await report.save();
  } finally {
    await report.close();
  }
}

/** A line of a CSV file (RFC 4180). */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}
