import { createHash, randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Pace } from './pace.js';

/** What a finished run has found out. */
export interface Checksum {
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

/** How many slices a file is read in. */
const SLICES = 100;

/** Works out the checksum of one file, slice by slice, apart from any request. */
export class ChecksumRun {
  readonly id: string = randomUUID();
  /** Resolves when the run has ended and let go of its file, however it went; never rejects. */
  readonly over: Promise<void>;
  #percent = 0;
  #checksum: Checksum | undefined;
  #isBroken = false;

  /**
   * Begins the run.
   *
   * @param signal stops it
   * @param onError told when it failed; stopping it is no failure
   */
  constructor(file: string, pace: Pace, signal: AbortSignal, onError: (error: unknown) => void) {
    this.over = this.#work(file, pace, signal).catch((error: unknown) => {
      this.#isBroken = true;
      if (!signal.aborted) onError(error);
    });
  }

  get isRunning(): boolean {
    return this.#checksum === undefined && !this.#isBroken;
  }

  /** Whole percent done: 100 once the checksum is known, and `NaN` when the run ended without one. */
  get progress(): number {
    return this.#isBroken ? Number.NaN : this.#percent;
  }

  get checksum(): Checksum | undefined {
    return this.#checksum;
  }

  async #work(file: string, pace: Pace, signal: AbortSignal): Promise<void> {
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      const slice = Buffer.alloc(Math.ceil(size / SLICES));
      const hash = createHash('sha256');
      let bytes = 0;
      while (bytes < size) {
        await pace.rest(signal);
        const { bytesRead } = await handle.read(slice);
        if (bytesRead === 0) throw new Error(`${file} became shorter than ${size} bytes while it was read`);
        hash.update(slice.subarray(0, bytesRead));
        bytes += bytesRead;
        this.#percent = Math.floor((100 * bytes) / size);
      }
      this.#checksum = { file: basename(file), bytes, sha256: hash.digest('hex') };
    } finally {
      await handle.close();
    }
  }
}
