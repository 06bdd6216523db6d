import { isNewer, isTerminal, type OperationView } from '../view.js';
import { frame } from './frame.js';
import { progressView, wireView } from './wire-view.js';

/** Told that its topic has something newer than was sent. */
export interface TopicListener {
  /** @param now by the monotonic clock; asked once for all who watch */
  nudge(now: number): void;
}

/** The frame of one version, as it was last made. */
interface MadeFrame {
  readonly version: number;
  readonly base: string;
  readonly bytes: Uint8Array;
}

/**
 * What is known of one watched operation: its newest state, and the frames that tell it. A frame is made once, however many
 * watch (`npm run bench:operations`).
 */
export class Topic {
  readonly listeners: Set<TopicListener> = new Set();
  /** Settles when it is watched. */
  opening: Promise<void> | undefined;
  /** Lets go of the operation. Set once it is watched. */
  off: (() => void) | undefined;
  #view: OperationView | undefined;
  #isGone = false;
  #version = 0;
  /** The version at which something else than progress last changed. */
  #stateVersion = 0;
  #state: MadeFrame | undefined;
  #progress: MadeFrame | undefined;

  constructor(readonly id: string) {}

  /** Goes up with each change. A listener remembers the one it has sent. */
  get version(): number {
    return this.#version;
  }

  get view(): OperationView | undefined {
    return this.#view;
  }

  /** Whether nothing will follow what is known now. */
  get isOver(): boolean {
    return this.#isGone || (this.#view !== undefined && isTerminal(this.#view));
  }

  /** Whether a listener that has sent a version lacks more than progress, so that it is not to wait. */
  isUrgentSince(version: number): boolean {
    return version < this.#stateVersion;
  }

  /** Takes what somebody has read or was told; older truth is passed over. */
  take(view: OperationView): void {
    const before = this.#view;
    if (this.#isGone || (before !== undefined && !isNewer(view, before))) return;
    this.#view = view;
    this.#changed(before === undefined || !differsInProgressOnly(before, view));
  }

  /** The operation is known no longer. */
  end(): void {
    if (this.isOver) return;
    this.#isGone = true;
    this.#changed(true);
  }

  /** Has what is known sent once more, to clients that were told it may be stale. */
  repeat(): void {
    if (this.#version > 0) this.#changed(true);
  }

  /**
   * The frame for a listener that has sent a version before; undefined when there is nothing newer.
   *
   * @param base path under which the handlers are reached from outside
   */
  frameSince(version: number, base: string): Uint8Array | undefined {
    if (version >= this.#version) return undefined;
    return this.isUrgentSince(version) ? this.#stateFrame(base) : this.#progressFrame();
  }

  #changed(isUrgent: boolean): void {
    this.#version += 1;
    if (isUrgent) this.#stateVersion = this.#version;
    const now = performance.now();
    for (const listener of this.listeners) listener.nudge(now);
  }

  #stateFrame(base: string): Uint8Array {
    if (this.#state?.version !== this.#version || this.#state.base !== base) {
      const view = this.#view;
      const bytes =
        this.#isGone || view === undefined
          ? frame('gone', { id: this.id })
          : frame('state', wireView(view, base), view.seq);
      this.#state = { version: this.#version, base, bytes };
    }
    return this.#state.bytes;
  }

  #progressFrame(): Uint8Array {
    if (this.#progress?.version !== this.#version) {
      // There is progress only of what was read.
      const view = this.#view as OperationView;
      this.#progress = { version: this.#version, base: '', bytes: frame('progress', progressView(view), view.seq) };
    }
    return this.#progress.bytes;
  }
}

/** Everything a record tells but its progress; what else changes with that needs no frame of its own. */
const TOLD_WITH_STATE = [
  'state',
  'attempt',
  'cancelRequestedAt',
  'cancellable',
  'startedAt',
  'endedAt',
  'expiresAt',
] as const;

function differsInProgressOnly(one: OperationView, other: OperationView): boolean {
  return TOLD_WITH_STATE.every((member) => one[member] === other[member]);
}
