import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** What is known of a file besides its content. */
export interface FileNote {
  readonly id: string;
  readonly name: string;
  readonly addedAt: string;
  /** The operation that has last worked on it. */
  readonly operation?: { readonly id: string; readonly kind: string };
}

/** A file of a visitor. */
export interface ShelvedFile extends FileNote {
  /** Left out while there is no content yet. */
  readonly bytes?: number;
}

/** Where a file lies, as the input of an operation names it. */
export interface FilePlace {
  readonly shelf: string;
  readonly file: string;
}

/** The files of all visitors, in a folder that all processes of the example share. */
export class Shelf {
  constructor(readonly folder: string) {}

  /** Where a visitor's files lie. The name of the folder does not tell the cookie. */
  placeOf(visitor: string, file: string): FilePlace {
    return { shelf: createHash('sha256').update(visitor).digest('hex').slice(0, 32), file };
  }

  pathOf({ shelf, file }: FilePlace): string {
    return join(this.folder, 'files', shelf, `${file}.csv`);
  }

  /** Where what an operation imports lies. */
  importPathOf(operation: string, ending: string): string {
    return join(this.folder, 'customers', `${operation}.${ending}`);
  }

  /** Adds a file that has no content yet. */
  async add(visitor: string, name: string): Promise<FileNote> {
    const note = { id: randomBytes(12).toString('hex'), name, addedAt: new Date().toISOString() };
    await this.note(visitor, note);
    return note;
  }

  async note(visitor: string, note: FileNote): Promise<void> {
    const path = this.#notePathOf(visitor, note.id);
    await mkdir(join(path, '..'), { recursive: true });
    const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
    const { operation, ...others } = note;
    const worker = operation && { operation: { id: operation.id, kind: operation.kind } };
    await writeFile(unfinished, JSON.stringify({ ...others, ...worker }));
    await rename(unfinished, path);
  }

  async find(visitor: string, id: string): Promise<ShelvedFile | undefined> {
    if (!/^[0-9a-f]{24}$/.test(id)) return undefined;
    const text = await readFile(this.#notePathOf(visitor, id), 'utf8').catch(absent);
    if (text === undefined) return undefined;
    // The shelf alone writes notes.
    const note = JSON.parse(text) as FileNote;
    const found = await stat(this.pathOf(this.placeOf(visitor, id))).catch(absent);
    return found === undefined ? note : { ...note, bytes: found.size };
  }

  /** A visitor's files, newest first. */
  async list(visitor: string): Promise<readonly ShelvedFile[]> {
    const names = (await readdir(join(this.#notePathOf(visitor, ''), '..')).catch(absent)) ?? [];
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
    const files = await Promise.all(ids.map((id) => this.find(visitor, id)));
    return files.filter((file) => file !== undefined).sort((one, other) => (one.addedAt < other.addedAt ? 1 : -1));
  }

  /** Gives a file its content, or another one; all of it or nothing. */
  async fill(visitor: string, id: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const path = this.pathOf(this.placeOf(visitor, id));
    const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      await pipeline(content, createWriteStream(unfinished), { signal });
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  async remove(visitor: string, id: string): Promise<void> {
    await rm(this.#notePathOf(visitor, id), { force: true });
    await rm(this.pathOf(this.placeOf(visitor, id)), { force: true });
  }

  #notePathOf(visitor: string, id: string): string {
    const { shelf } = this.placeOf(visitor, id);
    return join(this.folder, 'files', shelf, `${id}.json`);
  }
}

/** Stands for what is not there. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
