/** The texts of the element. */
export interface OperationLabels {
  /** Name of the bar where attribute, slot and operation give none. */
  readonly label: string;
  readonly queued: string;
  readonly running: string;
  readonly cancelling: string;
  readonly succeeded: string;
  readonly failed: string;
  readonly cancelled: string;
  /** The server knows of no such operation, or not any more, or shows it to others only. */
  readonly gone: string;
  /** The server does not answer, or has lost sight of the work. */
  readonly offline: string;
  /** `{}` stands for the number of the attempt. */
  readonly restarted: string;
  /** `{}` stands for a time with its unit. */
  readonly remaining: string;
  readonly cancel: string;
  readonly retry: string;
}

export const english: OperationLabels = {
  label: 'Progress',
  queued: 'Waiting',
  running: 'Running',
  cancelling: 'Cancelling',
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  gone: 'No longer available',
  offline: 'Connection lost, trying again',
  restarted: 'Restarted (attempt {})',
  remaining: '{} left',
  cancel: 'Cancel',
  retry: 'Try again',
};
