/** Keeps the sessions of koa-session in this process, as the other libraries do unless told otherwise. */
export class MemoryStore {
  readonly #sessions = new Map<string, unknown>();

  async get(id: string): Promise<unknown> {
    return this.#sessions.get(id);
  }

  async set(id: string, session: unknown): Promise<void> {
    this.#sessions.set(id, session);
  }

  async destroy(id: string): Promise<void> {
    this.#sessions.delete(id);
  }
}
