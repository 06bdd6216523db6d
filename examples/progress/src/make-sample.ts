import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Operation, type OperationContext, type OperationHandler } from '@verbena/operations';
import { z } from 'zod';
import { PartFile } from './part-file.js';
import { sampleHeader, sampleRow } from './sample-customers.js';
import { Shelf } from './shelf.js';

const SampleInput = z.object({
  shelf: z.string(),
  file: z.string(),
  rows: z.number().int().min(1).max(5_000_000),
  header: z.enum(['right', 'wrong']).default('right'),
});
type SampleInput = z.infer<typeof SampleInput>;

/** After how many rows others have their turn. */
const TURN = 1_000;

/** Writes a file with as many customers as you like, about one in a hundred of them faulty. */
@Operation('make-sample', { input: SampleInput, repeatable: true, perOwnerLimit: 3 })
export class MakeSample implements OperationHandler<SampleInput, void> {
  constructor(private readonly shelf: Shelf) {}

  async run({ rows, header, ...place }: SampleInput, { report, signal, id, attempt }: OperationContext): Promise<void> {
    const path = this.shelf.pathOf(place);
    await mkdir(dirname(path), { recursive: true });
    const unfinished = `${path}.${id}.${attempt}`;
    const file = await PartFile.open(unfinished);
    try {
      await file.add(sampleHeader(header));
      for (let row = 1; row <= rows; row += 1) {
        await file.add(sampleRow(row));
        report({ done: row, total: rows, unit: 'rows' });
        if (row % TURN === 0) await setImmediate();
        signal.throwIfAborted();
      }
      await file.finish(path);
    } finally {
      await file.close();
      await rm(unfinished, { force: true });
    }
  }
}
