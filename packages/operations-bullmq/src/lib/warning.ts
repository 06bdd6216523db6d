/** Something that works less well than it should; the code is stable. */
export interface BullmqWarning {
  readonly code: 'eviction' | 'not-durable' | 'blocked' | 'taken-over' | 'queue';
  readonly message: string;
  readonly cause?: unknown;
}

/** Gets what a driver warns of. */
export type OnWarning = (warning: BullmqWarning) => void;

/** Where nobody listens, Node tells it on standard error. */
export const warnByProcess: OnWarning = ({ code, message }) => {
  process.emitWarning(message, { type: 'OperationsWarning', code });
};
