/** How often one handler or factory was asked. */
export interface Visit {
  readonly name: string;
  readonly requests: number;
}

/** Counts the requests of each mapping since the application was started. */
export class Visits {
  readonly since: Date = new Date();
  readonly #requests = new Map<string, number>();

  /** @param name name of a mapping */
  count(name: string): void {
    this.#requests.set(name, (this.#requests.get(name) ?? 0) + 1);
  }

  /** Those that were asked at all, most often first. */
  get ranking(): readonly Visit[] {
    return [...this.#requests]
      .map(([name, requests]) => ({ name, requests }))
      .sort((one, other) => other.requests - one.requests || one.name.localeCompare(other.name, 'en'));
  }
}
