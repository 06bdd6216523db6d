import { rm } from 'node:fs/promises';
import type { OperationContext } from '@verbena/operations';
import type { Place } from './csv-rows.js';
import { PartFile } from './part-file.js';
import type { Shelf } from './shelf.js';

/** How an import stands: what another attempt needs to go on from here. */
export interface Standing extends Place {
  /** The attempt whose files have what was done so far. */
  readonly attempt: number;
  readonly phase: 'check' | 'import' | 'report';
  /** Rows in all, known once all are checked. */
  readonly rows: number;
  readonly refused: number;
  readonly imported: number;
  readonly customerBytes: number;
  readonly refusalBytes: number;
}

/** How far apart checkpoints are, in milliseconds: what a lost worker has to do again. */
const KEEP_EVERY_MS = 1_000;

/**
 * The files that one attempt of an import writes. An attempt begins with copies of what the one before had kept: that one may only
 * seem to be lost, and still write.
 */
export class ImportFiles {
  #keptAt = performance.now();

  private constructor(
    private readonly shelf: Shelf,
    private readonly operation: OperationContext,
    readonly customers: PartFile,
    readonly refusals: PartFile,
    public standing: Standing,
  ) {}

  static async open(shelf: Shelf, operation: OperationContext, before: Standing | undefined): Promise<ImportFiles> {
    const { id, attempt } = operation;
    const open = (ending: string, bytes = 0): Promise<PartFile> =>
      PartFile.open(
        shelf.importPathOf(id, `${attempt}.${ending}`),
        before && { path: shelf.importPathOf(id, `${before.attempt}.${ending}`), bytes },
      );
    const customers = await open('part', before?.customerBytes);
    const refusals = await open('refused', before?.refusalBytes);
    return new ImportFiles(shelf, operation, customers, refusals, { ...(before ?? BEGINNING), attempt });
  }

  /** The rows that were refused, a JSON text on each line. */
  get refusalsPath(): string {
    return this.#path('refused');
  }

  /** Where the report is written before it is handed over. */
  get reportPath(): string {
    return this.#path('report');
  }

  /** Remembers how it stands, and has it kept for another attempt when it is time to. */
  advance(standing: Partial<Standing>): Promise<void> | undefined {
    this.standing = { ...this.standing, ...standing };
    return performance.now() - this.#keptAt < KEEP_EVERY_MS ? undefined : this.keep();
  }

  /** Has everything so far on the disk, and says so to another attempt. */
  async keep(): Promise<void> {
    this.#keptAt = performance.now();
    const [customerBytes, refusalBytes] = [await this.customers.save(), await this.refusals.save()];
    this.standing = { ...this.standing, customerBytes, refusalBytes };
    await this.operation.checkpoint(this.standing);
  }

  /** Makes the customers known to others. */
  async finish(): Promise<void> {
    await this.refusals.save();
    await this.customers.finish(this.shelf.importPathOf(this.operation.id, 'ndjson'));
  }

  async close(): Promise<void> {
    await Promise.all([this.customers.close(), this.refusals.close()]);
  }

  /** Leaves nothing behind but the customers, should it have come to that. */
  async discard(): Promise<void> {
    for (let attempt = 1; attempt <= this.operation.attempt; attempt += 1)
      for (const ending of ['part', 'refused', 'report'])
        await rm(this.shelf.importPathOf(this.operation.id, `${attempt}.${ending}`), { force: true });
  }

  #path(ending: string): string {
    return this.shelf.importPathOf(this.operation.id, `${this.operation.attempt}.${ending}`);
  }
}

const BEGINNING = {
  phase: 'check',
  bytes: 0,
  lines: 0,
  rows: 0,
  refused: 0,
  imported: 0,
  customerBytes: 0,
  refusalBytes: 0,
} as const;
