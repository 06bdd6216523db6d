import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OperationsError } from '../errors.js';
import { syncFolder, writeAt, writeLines } from './write-lines.js';

/** Lines that are about to be written together. */
interface Batch {
  text: string;
  lines: number;
  isDurable: boolean;
  readonly written: Promise<void>;
  readonly settle: (error?: Error) => void;
}

/** A file that lines are added to. Whatever is added while it writes is written together, and flushed to the disk once. */
export class JournalFile {
  /** Told once, when another process has taken the file. */
  onTaken: () => void = () => {};
  readonly #path: string;
  /** Its name from when it is taken until there is a new one. */
  readonly #old: string;
  #isTaken = false;
  #handle: FileHandle | undefined;
  #size = 0;
  #lines = 0;
  #next: Batch | undefined;
  #isWriting = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
    this.#old = `${path}.old`;
  }

  /** How many lines it has. */
  get lines(): number {
    return this.#lines;
  }

  /** Takes the file from a process that may still write it: what that has not written by now, it is told was never written. */
  async take(): Promise<void> {
    try {
      await rename(this.#path, this.#old);
    } catch (error) {
      // There is none, or a process has taken it that was killed before it had written its own.
      if (!isMissing(error)) throw error;
    }
  }

  /** Puts the file back that was taken. */
  async putBack(): Promise<void> {
    await rename(this.#old, this.#path);
  }

  /** @throws OperationsError `journal-taken`, the first time it is seen that another process has taken the file */
  async check(): Promise<void> {
    if (this.#handle === undefined || this.#isTaken) return;
    const own = await this.#handle.stat({ bigint: true });
    const current = await stat(this.#path, { bigint: true }).catch(() => undefined);
    if (current?.ino === own.ino && current.dev === own.dev) return;
    this.#isTaken = true;
    this.onTaken();
    throw this.#taken();
  }

  /**
   * The lines that the process has written from which it was taken; nothing when there is no such file. One without an end, which that process did not live to
   * write, is none, unless it is all there is: the file is somebody else's then.
   */
  async *read(): AsyncGenerator<string, undefined> {
    const stream = createReadStream(this.#old, 'utf8');
    let line = '';
    let isFirst = true;
    try {
      for await (const piece of stream as AsyncIterable<string>) {
        line += piece;
        if (!piece.includes('\n')) continue;
        // Not by readline: to that a line ends at U+2028 too, which JSON leaves in texts.
        const lines = line.split('\n');
        line = lines.pop() ?? '';
        isFirst = false;
        yield* lines;
      }
      if (isFirst && line !== '') yield line;
    } catch (error) {
      if (!isMissing(error)) throw error;
    } finally {
      stream.destroy();
    }
  }

  /** Puts these lines in the place of all others; what was added meanwhile comes after them. */
  async replace(texts: Iterable<string>): Promise<void> {
    const replaced = this.#writing.then(() => this.#replace(texts));
    this.#writing = replaced.catch(() => {});
    await replaced;
  }

  /**
   * Adds a line.
   *
   * @param isDurable whether it must have reached the disk, and not only the system
   * @throws OperationsError `engine-away` when it cannot be written, `journal-taken` when another process has taken the file
   */
  add(text: string, isDurable: boolean): Promise<void> {
    if (this.#isTaken) return Promise.reject(this.#taken());
    this.#next ??= newBatch();
    this.#next.text += `${text}\n`;
    this.#next.lines += 1;
    this.#next.isDurable ||= isDurable;
    const { written } = this.#next;
    if (!this.#isWriting) {
      this.#isWriting = true;
      this.#writing = this.#writing.then(() => this.#writeAll());
    }
    return written;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #writeAll(): Promise<void> {
    for (let batch = this.#take(); batch !== undefined; batch = this.#take()) {
      try {
        await this.#write(batch);
        batch.settle();
      } catch (cause) {
        // Half a line in the midst would make the file unreadable.
        await this.#handle?.truncate(this.#size).catch(() => {});
        batch.settle(
          this.#isTaken
            ? this.#taken()
            : new OperationsError('engine-away', `Writing the journal ${this.#path} failed`, { cause }),
        );
      }
    }
    this.#isWriting = false;
  }

  #take(): Batch | undefined {
    const batch = this.#next;
    this.#next = undefined;
    return batch;
  }

  async #write({ text, lines, isDurable }: Batch): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) throw new TypeError('It is closed');
    const bytes = Buffer.from(text);
    await writeAt(handle, bytes, this.#size);
    if (isDurable) await handle.datasync();
    // Afterwards: who takes the file takes it whole, and what was written before is in it.
    await this.check();
    this.#size += bytes.length;
    this.#lines += lines;
  }

  async #replace(texts: Iterable<string>): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const path = `${this.#path}.new`;
    const handle = await open(path, 'w');
    try {
      const written = await writeLines(handle, texts);
      await handle.datasync();
      await this.check();
      await rename(path, this.#path);
      await this.#handle?.close();
      this.#handle = handle;
      this.#size = written.size;
      this.#lines = written.lines;
    } catch (error) {
      await handle.close();
      // Half of it takes room that is wanted badly now.
      await rm(path, { force: true }).catch(() => {});
      throw error;
    }
    await syncFolder(dirname(this.#path));
    await rm(this.#old, { force: true });
  }

  #taken(): OperationsError {
    return new OperationsError(
      'journal-taken',
      `Another process has taken the journal ${this.#path} over, and with it what was under way; give each process its own, or end this one`,
    );
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function newBatch(): Batch {
  let settle: (error?: Error) => void = () => {};
  const written = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  return { text: '', lines: 0, isDurable: false, written, settle };
}
