/**
 * Names every key of one installation. All of them carry one hash tag, so that on a cluster they lie on one node, and a script may
 * change a record, its idempotency key and the list of its owner as one.
 */
export class Keys {
  readonly tag: string;
  /** What BullMQ puts before its own keys. */
  readonly jobs: string;

  /** @throws RangeError when the name cannot be a hash tag */
  constructor(name: string) {
    if (!/^[^{}\s]{1,100}$/.test(name)) {
      throw new RangeError(`A prefix is 1 to 100 characters with no braces or spaces, and "${name}" is not`);
    }
    this.tag = `{${name}}`;
    this.jobs = `${this.tag}:jobs`;
  }

  operation(id: string): string {
    return `${this.tag}:operation:${id}`;
  }

  input(id: string): string {
    return `${this.tag}:input:${id}`;
  }

  checkpoint(id: string): string {
    return `${this.tag}:checkpoint:${id}`;
  }

  log(id: string): string {
    return `${this.tag}:log:${id}`;
  }

  tombstone(id: string): string {
    return `${this.tag}:tombstone:${id}`;
  }

  /** Channel of the nudges of one operation. */
  nudges(id: string): string {
    return `${this.tag}:nudge:${id}`;
  }

  /** Channel on which workers hear what to cancel. */
  get cancellations(): string {
    return `${this.tag}:cancel`;
  }

  /** Operations that were stored and not enqueued yet, by the time they were. */
  get starting(): string {
    return `${this.tag}:starting`;
  }

  /** The name of the queue of a kind: BullMQ allows every character but a colon. */
  queue(kind: string): string {
    return encodeURIComponent(kind);
  }

  /** Where BullMQ keeps one job; its lock is this and `:lock`. */
  job(kind: string, id: string): string {
    return `${this.jobs}:${this.queue(kind)}:${id}`;
  }
}
