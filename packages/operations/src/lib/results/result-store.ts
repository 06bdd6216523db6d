/** A result that is about to be kept. */
export interface ResultToSave {
  readonly id: string;
  /** Two attempts may save at once; what they save must not be mixed up. */
  readonly attempt: number;
  readonly type: string;
  /** Rejects when making it fails, or takes too long: nobody will ask for what was saved by then. */
  readonly content: AsyncIterable<Uint8Array>;
  /** How long it is wanted, in milliseconds. */
  readonly retentionMs: number;
}

/** A result that was kept. */
export interface SavedResult {
  readonly type: string;
  /** Its length, when it is known. */
  readonly bytes?: number;
  /** What it consists of, or where a client finds it. */
  readonly content: AsyncIterable<Uint8Array> | URL;
}

/** Keeps results that do not belong in a record: larger than 64 KiB, or of another type than JSON. */
export interface ResultStore {
  /** Gives what it is found by. */
  save(result: ResultToSave): Promise<string>;
  /** Undefined when it is not there any more. */
  open(reference: string): Promise<SavedResult | undefined>;
  delete(reference: string): Promise<void>;
  /** Called every few seconds, to delete what is not wanted any more. Left out, it takes care of that itself. */
  sweep?(): Promise<void>;
}
