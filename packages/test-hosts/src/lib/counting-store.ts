import type { SessionStore } from '@verbena/core';

/** Members that session libraries of hosts keep beside what handlers stored. */
const OF_LIBRARIES = ['cookie', '_expire', '_maxAge'];

/** Keeps sessions as a distant store would, as text, and notes how it is asked. */
export class CountingStore implements SessionStore {
  readonly texts: Map<string, string> = new Map();
  readonly calls: (keyof SessionStore)[] = [];
  /** The call that fails, if any. */
  failing: keyof SessionStore | undefined;

  async get(key: string): Promise<unknown> {
    this.#called('get');
    const text = this.texts.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async set(key: string, value: object): Promise<void> {
    this.#called('set');
    this.texts.set(key, JSON.stringify(value));
  }

  async delete(key: string): Promise<void> {
    this.#called('delete');
    this.texts.delete(key);
  }

  /** The values of each session it holds, without identities. */
  get contents(): unknown[] {
    return [...this.texts.values()].map((text) => {
      const members = Object.entries(JSON.parse(text) as Record<string, unknown>);
      const content = Object.fromEntries(members.filter(([name]) => !OF_LIBRARIES.includes(name)));
      return content['values'] ?? content;
    });
  }

  #called(call: keyof SessionStore): void {
    this.calls.push(call);
    if (this.failing === call) throw new Error('store is down');
  }
}
