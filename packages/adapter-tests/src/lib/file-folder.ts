import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { HttpContext } from '@verbena/core';
import { transmitFile, type TransmitOptions } from '@verbena/core/files';

/** A folder of files, of which only those in `public` may be sent. */
export class FileFolder {
  private constructor(readonly path: string) {}

  /** @param letters what stands in `letters.txt` */
  static async make(letters: string): Promise<FileFolder> {
    const folder = new FileFolder(await mkdtemp(join(tmpdir(), 'verbena-files-')));
    const root = folder.#root;
    await mkdir(join(root, 'inner'), { recursive: true });
    await writeFile(join(root, 'letters.txt'), letters);
    await writeFile(join(root, 'empty.html'), '');
    await writeFile(join(root, '.hidden'), 'hidden');
    await writeFile(folder.secret, 'secret');
    return folder;
  }

  /** A file that may not be sent. */
  get secret(): string {
    return join(this.path, 'secret.txt');
  }

  /** Sends one that may be. */
  send(context: HttpContext, file: string, options: Partial<TransmitOptions> = {}): Promise<Readable | undefined> {
    return transmitFile(context, file, { root: this.#root, ...options });
  }

  /** Puts a link to the secret beside what may be sent. */
  async linkSecret(name: string): Promise<void> {
    await symlink(this.secret, join(this.#root, name));
  }

  /** Adds a file that begins so and is this long. */
  async add(name: string, beginning: string, length: number): Promise<void> {
    const path = join(this.#root, name);
    await writeFile(path, beginning);
    await truncate(path, length);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true });
  }

  get #root(): string {
    return join(this.path, 'public');
  }
}
