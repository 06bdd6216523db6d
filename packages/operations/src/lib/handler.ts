import type { Report } from './progress/report.js';

/** What an attempt has to work with. */
export interface OperationContext {
  readonly id: string;
  /**
   * Aborts when the work is to stop: its reason is an OperationsError with code `cancelled`, `timed-out`, `shutting-down` or `taken-over`. A
   * handler that stops throws (`signal.throwIfAborted()`), or returns nothing; one that finished first returns its result.
   */
  readonly signal: AbortSignal;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Tells how far the work has come. Costs next to nothing, and never throws: call it as often as there is news. */
  readonly report: Report;
  /** Begins a part of the work; `weight` is its share beside its siblings, default 1. */
  readonly step: (name: string, weight?: number) => OperationPart;
  /** Keeps data for the next attempt, as JSON of at most 16 KiB. @throws OperationsError `checkpoint-too-large`, `checkpoint-not-serialisable` */
  readonly checkpoint: (data: unknown) => Promise<void>;
  /** What the latest checkpoint of an earlier attempt kept; undefined when there is none. */
  readonly lastCheckpoint: unknown;
  /** Adds a line to the log of the operation, which keeps the last 100. */
  readonly log: (line: string) => void;
}

/** A part of the work, with progress of its own. */
export interface OperationPart {
  readonly report: Report;
  readonly step: (name: string, weight?: number) => OperationPart;
  /** The same as `report(1)`. */
  readonly finish: () => void;
}

/** Does work that outlives the request it was asked for in. Each attempt gets an instance of its own. */
export interface OperationHandler<Input = unknown, Result = unknown> {
  /** @param input a copy of what it was started with, as its schema gives it */
  run(input: Input, operation: OperationContext): Result | Promise<Result>;
}

/** A class of handlers; its constructor is injected. */
export type OperationClass<Input = never, Result = unknown> = new (
  ...dependencies: never[]
) => OperationHandler<Input, Result>;

/** A handler that needs nothing injected. */
export type OperationFunction<Input = never, Result = unknown> = (
  input: Input,
  operation: OperationContext,
) => Result | Promise<Result>;

/** What can be declared and listed as an operation. */
export type OperationSource<Input = never, Result = unknown> =
  | OperationClass<Input, Result>
  | OperationFunction<Input, Result>;
