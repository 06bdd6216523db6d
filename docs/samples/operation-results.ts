import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createOperations,
  fileResults,
  Operation,
  OperationFailure,
  type Operations,
  ResultContent,
} from '@verbena/operations';

async function* linesOf(year: number) {
  yield 'month;sales\n';
  for (let month = 1; month <= 12; month += 1) yield `${year}-${month};${month * 10}\n`;
}

// #region result
@Operation('report-year')
export class ReportYear {
  async run(year: number) {
    if (year > 2100)
      throw new OperationFailure('year-unknown', { title: 'Nothing is known of that year', detail: `${year}` });
    return new ResultContent(linesOf(year), 'text/csv');
  }
}

export function openOperations() {
  const results = fileResults({ folder: join(tmpdir(), 'reports') });
  return createOperations({ operations: [ReportYear], results });
}
// #endregion result

// #region open
export async function readReport(operations: Operations, id: string) {
  const result = await operations.openResult(id);
  if (result === undefined || result.content instanceof URL) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of result.content) pieces.push(piece);
  return { type: result.type, text: Buffer.concat(pieces).toString() };
}
// #endregion open
