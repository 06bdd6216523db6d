/** What each peer is asked to do; what is asked and answered stands in load/works.mjs. */
export type WorkName = 'hello' | 'user' | 'order' | 'factory' | 'scoped' | 'session' | 'stream';

/** Starts a program on a free port of this machine, and gives that port. */
export type Start = () => Promise<number>;

/** A framework's programs, one for each work it has the means for. */
export interface Peer {
  readonly works: Readonly<Partial<Record<WorkName, Start>>>;
  /** The same answers without the means that the work is about: what those means cost is measured against these. */
  readonly plain?: Readonly<Partial<Record<WorkName, Start>>>;
}

export const host = '127.0.0.1';
