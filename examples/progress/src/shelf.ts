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

/** Lets others at a file again; of no effect the second time. */
export type Release = () => Promise<void>;

/** How long a file is held at most: whoever still holds it then has died, in milliseconds. */
const HELD_MS = 10_000;

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

  /**
   * Lets one request at a time do something about a file, in whichever process: gives what ends that, or undefined while another
   * holds it.
   */
  async hold(visitor: string, id: string): Promise<Release | undefined> {
    const path = `${this.#notePathOf(visitor, id)}.held`;
    if (!(await isMade(path))) {
      if (!(await isForgotten(path))) return undefined;
      await rm(path, { recursive: true, force: true });
      if (!(await isMade(path))) return undefined;
    }
    let released: Promise<void> | undefined;
    return () => (released ??= rm(path, { recursive: true, force: true }));
  }

  /**
   * Gives a file its content, or another one; all of it or nothing.
   *
   * @param hold asked for the file when all of the content is there
   */
  async fill(
    visitor: string,
    id: string,
    content: AsyncIterable<Uint8Array>,
    { signal, hold }: { readonly signal: AbortSignal; readonly hold?: () => Promise<Release> },
  ): Promise<void> {
    const path = this.pathOf(this.placeOf(visitor, id));
    const unfinished = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      await pipeline(content, createWriteStream(unfinished), { signal });
      const release = await hold?.();
      try {
        await rename(unfinished, path);
      } finally {
        await release?.();
      }
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

/** Makes a folder, unless it is there: of several at once, one does. */
async function isMade(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

async function isForgotten(path: string): Promise<boolean> {
  const found = await stat(path).catch(absent);
  return found !== undefined && Date.now() - found.mtimeMs > HELD_MS;
}

/** Stands for what is not there. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
