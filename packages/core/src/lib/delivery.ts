import type { HostAnswer } from './host.js';

/** Brings the answer of a request that takes time to its host, once. */
export class Delivery {
  readonly #send: (answer: HostAnswer) => void;
  #answer: HostAnswer | undefined;

  /** Whether who delivers calls {@link finish} as well, as the last thing, so that nobody else has to. */
  isHeld = false;

  constructor(send: (answer: HostAnswer) => void) {
    this.#send = send;
  }

  /** The answer stands. A host must not meet what is not finished, and a handler that goes on must not wait for a host. */
  deliver(answer: HostAnswer): void {
    this.#answer = answer;
    if (!this.isHeld) queueMicrotask(() => this.finish());
  }

  /** Sends what stands and was not sent yet. */
  finish(): void {
    const answer = this.#answer;
    if (answer === undefined) return;
    this.#answer = undefined;
    this.#send(answer);
  }
}
