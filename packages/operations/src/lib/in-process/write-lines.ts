import { type FileHandle, open } from 'node:fs/promises';

/** Writes where it belongs: after a disk was full, the file system remembers another place. */
export async function writeAt(handle: FileHandle, bytes: Uint8Array, start: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, start + at);
    at += bytesWritten;
  }
}

/** Writes lines to a file that is empty, and counts them. */
export async function writeLines(
  handle: FileHandle,
  texts: Iterable<string>,
): Promise<{ readonly size: number; readonly lines: number }> {
  let size = 0;
  let lines = 0;
  for (const piece of piecesOf(texts)) {
    const bytes = Buffer.from(piece.text);
    await handle.writeFile(bytes);
    size += bytes.length;
    lines += piece.lines;
  }
  return { size, lines };
}

/** Lines that are put together before they are written. */
const PIECE = 1_000;

function* piecesOf(texts: Iterable<string>): Generator<{ readonly text: string; readonly lines: number }, undefined> {
  let text = '';
  let lines = 0;
  for (const one of texts) {
    text += `${one}\n`;
    lines += 1;
    if (lines < PIECE) continue;
    yield { text, lines };
    text = '';
    lines = 0;
  }
  yield { text, lines };
}

/** A new name is safe only when the folder is. */
export async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, 'r');
    await folder.sync();
  } catch {
    // Not every system lets folders be opened.
  } finally {
    await folder?.close();
  }
}
