import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isOperationId } from '../operation-id.js';
import type { ResultStore, ResultToSave, SavedResult } from './result-store.js';

/** Where results lie as files. */
export interface FileResultsOptions {
  /** A folder for these files alone; it is made when it is missing. Processes may share it. */
  readonly folder: string;
}

/** Keeps results as files in a folder. */
export function fileResults({ folder }: FileResultsOptions): ResultStore {
  return new FileResults(folder);
}

/** A file that is still being written. */
const UNFINISHED = '.part';

/** How far apart the folder is looked through at least, in milliseconds. */
const SWEEP_MS = 60_000;

/** The first line says of what type the rest is; it is never longer than this. */
const HEAD_LIMIT = 1_024;

class FileResults implements ResultStore {
  readonly #folder: string;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async save({ id, attempt, type, content, retentionMs }: ResultToSave): Promise<string> {
    const reference = `${id}.${attempt}.${Math.ceil(Date.now() + retentionMs)}`;
    const path = this.#pathOf(reference);
    await mkdir(this.#folder, { recursive: true });
    const file = await open(path + UNFINISHED, 'w');
    try {
      await file.writeFile(headOf(type));
      for await (const piece of content) await file.writeFile(piece);
      await file.datasync();
      await rename(path + UNFINISHED, path);
      return reference;
    } catch (error) {
      await rm(path + UNFINISHED, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  }

  async open(reference: string): Promise<SavedResult | undefined> {
    const path = this.#pathOf(reference);
    const file = await openFile(path);
    if (file === undefined) return undefined;
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_LIMIT), 0, HEAD_LIMIT, 0);
      const end = buffer.subarray(0, bytesRead).indexOf('\n');
      const { type } = JSON.parse(buffer.toString('utf8', 0, end)) as { readonly type: string };
      return { type, bytes: size - end - 1, content: piecesOf(path, end + 1) };
    } finally {
      await file.close();
    }
  }

  async delete(reference: string): Promise<void> {
    await rm(this.#pathOf(reference), { force: true });
  }

  async sweep(): Promise<void> {
    if (performance.now() - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = performance.now();
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names) {
      const expiresAt = expiryOf(name);
      // Somebody else's file stays.
      if (expiresAt !== undefined && expiresAt < Date.now()) await rm(join(this.#folder, name), { force: true });
    }
  }

  /** @throws TypeError when it is none of ours: it might lead anywhere */
  #pathOf(reference: string): string {
    if (reference.endsWith(UNFINISHED) || expiryOf(reference) === undefined)
      throw new TypeError(`${JSON.stringify(reference.slice(0, 100))} is no reference to a result that was saved`);
    return join(this.#folder, reference);
  }
}

/** When a file may go: it is in its name, so that no other has to be opened. */
function expiryOf(name: string): number | undefined {
  const [, id, expiresAt] = /^([\w-]+)\.\d+\.(\d{1,15})(?:\.part)?$/.exec(name) ?? [];
  return isOperationId(id) ? Number(expiresAt) : undefined;
}

function headOf(type: string): string {
  const head = `${JSON.stringify({ type })}\n`;
  if (head.length > HEAD_LIMIT) throw new TypeError(`A result has a media type of ${type.length} characters`);
  return head;
}

async function openFile(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The rest of a file. It is opened when it is read: who asks for a result and never reads it holds nothing. */
async function* piecesOf(path: string, start: number): AsyncGenerator<Uint8Array, undefined> {
  yield* createReadStream(path, { start });
}
