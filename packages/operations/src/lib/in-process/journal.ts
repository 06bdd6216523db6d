import type { OperationRecord } from '../record.js';
import { JournalFile } from './journal-file.js';
import { encoded, JOURNAL_HEAD, type JournalContents, type JournalLine, lineOf, readJournal } from './journal-line.js';
import type { Grave, KeptOperation } from './kept-operation.js';
import type { ChangeLog, MemoryStore } from './memory-store.js';

/** How many lines a journal has at least before it is written anew. */
const FEW_LINES = 1_000;

/** Writes down what becomes of operations, so that the next process knows. Progress is not among it. */
export class Journal implements ChangeLog {
  readonly #path: string;
  readonly #file: JournalFile;
  #store: MemoryStore | undefined;
  #compacting: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#file = new JournalFile(path);
  }

  /** Gives a store what the last process has left, and begins a file of its own. That process may still live, and is then told by `onTaken`. */
  async restore(store: MemoryStore, onTaken: () => void): Promise<void> {
    this.#file.onTaken = onTaken;
    await this.#file.take();
    const { kept, graves } = await this.#read();
    store.restore(kept.values(), graves.values());
    this.#store = store;
    await this.#file.replace(this.#linesOf(store));
  }

  check(): Promise<void> {
    return this.#file.check();
  }

  created(kept: KeptOperation): Promise<void> {
    return this.#add(lineOf(kept), true);
  }

  moved(record: OperationRecord): Promise<void> {
    return this.#add({ record }, true);
  }

  checkpointed(id: string, checkpoint: string): Promise<void> {
    return this.#add({ id, checkpoint }, false);
  }

  forgotten(grave: Grave): Promise<void> {
    return this.#add({ grave }, true);
  }

  async close(): Promise<void> {
    await this.#compacting;
    await this.#file.close();
  }

  async #read(): Promise<JournalContents> {
    try {
      return await readJournal(this.#path, this.#file.read());
    } catch (error) {
      await this.#file.putBack();
      throw error;
    }
  }

  #add(line: JournalLine, isDurable: boolean): Promise<void> {
    this.#compactIfLong();
    return this.#file.add(encoded(line), isDurable);
  }

  /** Written anew when most lines tell of what is past: so it is never much longer than what is kept. */
  #compactIfLong(): void {
    const store = this.#store;
    if (store === undefined || this.#compacting !== undefined) return;
    if (this.#file.lines < Math.max(FEW_LINES, 4 * store.contents().size)) return;
    this.#compacting = this.#file
      .replace(this.#linesOf(store))
      // The old file goes on being written, and the next line tries again.
      .catch(() => {})
      .finally(() => {
        this.#compacting = undefined;
      });
  }

  /** Read bit by bit while operations go on; what changes meanwhile is added behind. */
  *#linesOf(store: MemoryStore): Generator<string, undefined> {
    yield JOURNAL_HEAD;
    const { kept, graves } = store.contents();
    for (const one of kept) yield encoded(lineOf(one));
    for (const grave of graves) yield encoded({ grave });
  }
}
