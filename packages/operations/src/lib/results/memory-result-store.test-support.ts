import type { ResultStore, ResultToSave, SavedResult } from './result-store.js';

/** Keeps results in memory. */
export class MemoryResultStore implements ResultStore {
  readonly saved: Map<string, { readonly type: string; readonly bytes: Uint8Array }> = new Map();

  async save({ id, attempt, type, content }: ResultToSave): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    const reference = `${id}.${attempt}`;
    this.saved.set(reference, { type, bytes: Buffer.concat(pieces) });
    return reference;
  }

  async open(reference: string): Promise<SavedResult | undefined> {
    const saved = this.saved.get(reference);
    if (saved === undefined) return undefined;
    const { type, bytes } = saved;
    return { type, bytes: bytes.length, content: oneOf(bytes) };
  }

  async delete(reference: string): Promise<void> {
    this.saved.delete(reference);
  }
}

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  yield bytes;
}
