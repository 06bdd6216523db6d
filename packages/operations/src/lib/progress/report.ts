/** News of how far the work has come. What is left out stays as it was. */
export interface ProgressReport {
  /** From 0 to 1; null when nobody can tell. Left out with `done` and `total` given: their ratio. */
  readonly value?: number | null;
  readonly done?: number;
  readonly total?: number;
  /** What `done` and `total` count: `rows`. */
  readonly unit?: string;
  /** What is being done now, in a word or two. */
  readonly phase?: string;
  /** One line for people; what is above 200 characters is cut off. */
  readonly message?: string;
  /** Begins anew: progress otherwise never goes back within an attempt. */
  readonly reset?: boolean;
}

/**
 * Tells how far the work has come: a number from 0 to 1, null when nobody can tell, or an object. It is put right rather than refused:
 * below 0 is 0, above 1 is 1, what is no number is unknown, and less than before is passed over.
 */
export type Report = (progress: number | null | ProgressReport) => void;
