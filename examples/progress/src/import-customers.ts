import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  Operation,
  type OperationContext,
  OperationFailure,
  type OperationHandler,
  OperationsError,
  ResultContent,
} from '@verbena/operations';
import { z } from 'zod';
import { checkRows } from './check-rows.js';
import { ImportFiles, type Standing } from './import-files.js';
import { importRows } from './import-rows.js';
import { told } from './import-work.js';
import { writeReport } from './refusal-report.js';
import { Shelf } from './shelf.js';

const ImportInput = z.object({ shelf: z.string(), file: z.string() });
type ImportInput = z.infer<typeof ImportInput>;

/**
 * Imports the customers of a CSV file. Every row is checked before any is imported, so that a file that breaks off in the
 * middle leaves nothing behind. What it gives is a report of the rows that were refused.
 */
@Operation('import-customers', { input: ImportInput, repeatable: true, concurrency: 2, perOwnerLimit: 3 })
export class ImportCustomers implements OperationHandler<ImportInput, ResultContent> {
  constructor(private readonly shelf: Shelf) {}

  async run(input: ImportInput, operation: OperationContext): Promise<ResultContent> {
    const { step, report, signal, log, attempt } = operation;
    const parts = { check: step('Check', 5), import: step('Import', 4), report: step('Report', 1) };
    // How much there is to do is known, though not all of it has begun.
    for (const part of Object.values(parts)) part.report(0);
    const path = this.shelf.pathOf(input);
    const size = await sizeOf(path);
    // An earlier attempt kept it.
    const before = operation.lastCheckpoint as Standing | undefined;
    if (before !== undefined) log(`Attempt ${attempt} goes on behind line ${before.lines}: ${before.phase}`);
    const files = await ImportFiles.open(this.shelf, operation, before);
    const work = { path, size, files, report, signal };
    try {
      if (files.standing.phase === 'check') await checkRows(work, parts.check);
      parts.check.finish();
      if (files.standing.phase === 'import') await importRows(work, parts.import);
      parts.import.finish();
      await files.finish();
      await writeReport(work, parts.report);
    } catch (error) {
      await files.close();
      if (isFinal(signal)) await files.discard();
      throw error;
    }
    const { imported, refused } = files.standing;
    report({ message: told(imported, 'imported', refused) });
    return new ResultContent(handedOver(files), 'text/csv; charset=utf-8');
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new OperationFailure('file-missing', { title: 'The file is not there any more', cause });
  }
}

/** The report, as it is put where results are kept; after that, none of the files is needed. */
async function* handedOver(files: ImportFiles): AsyncGenerator<Uint8Array, undefined> {
  yield* createReadStream(files.reportPath);
  await files.close();
  await files.discard();
}

/** Whether no other attempt goes on from here, after an error. */
function isFinal({ aborted, reason }: AbortSignal): boolean {
  return !aborted || (reason instanceof OperationsError && reason.code === 'cancelled');
}
