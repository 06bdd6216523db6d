import { copyFile, type FileHandle, mkdir, open, rename, rm, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

/** How much is collected before it is written, in characters. */
const CHUNK = 65_536;

/** A file that is being written line by line, and gets its name once it is whole. */
export class PartFile {
  #waiting = '';

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private bytes: number,
  ) {}

  /** Begins a file, with the first bytes of another one if there is one. */
  static async open(path: string, beginning?: { readonly path: string; readonly bytes: number }): Promise<PartFile> {
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    if (beginning !== undefined && beginning.bytes > 0) {
      await copyFile(beginning.path, path);
      await truncate(path, beginning.bytes);
    }
    return new PartFile(path, await open(path, 'a'), beginning?.bytes ?? 0);
  }

  /** Adds a line. Wait for the promise, where there is one. */
  add(line: string): Promise<void> | undefined {
    this.#waiting += `${line}\n`;
    return this.#waiting.length < CHUNK ? undefined : this.#write();
  }

  /** Has all that was added on the disk. @returns how many bytes that is */
  async save(): Promise<number> {
    await this.#write();
    await this.file.datasync();
    return this.bytes;
  }

  /** Closing it again does nothing. */
  async close(): Promise<void> {
    await this.file.close();
  }

  async finish(path: string): Promise<void> {
    await this.save();
    await this.close();
    await rename(this.path, path);
  }

  async #write(): Promise<void> {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    await this.file.appendFile(bytes);
    this.bytes += bytes.length;
  }
}
