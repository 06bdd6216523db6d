import type { OperationDriver } from '../ports.js';

/** A place where operations are kept, empty at first, with the processes that use it. */
export interface DriverWorld {
  /** Makes the driver of one more process, not started yet. The suite closes it. Called once only unless the host is shared. */
  driver(): OperationDriver;
  /** Called when all drivers are closed. */
  close(): Promise<void>;
}

/** A driver that is to show the behaviours. */
export interface DriverHost {
  /** What reports call it: `inProcess`. */
  readonly name: string;
  /** Whether several processes share what is kept. Default false: behaviours about several do not apply. */
  readonly isShared?: boolean;
  /** How long the suite waits for something the driver is to do, in milliseconds. Default 5,000. */
  readonly patienceMs?: number;
  /** What the driver truly cannot do: the name of a behaviour and the reason, which reports show. Default: nothing. */
  readonly except?: Readonly<Record<string, string>>;
  open(): Promise<DriverWorld>;
}
