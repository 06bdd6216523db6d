/** How long clients may take, in milliseconds; 0 sets no limit. */
export interface TimeLimits {
  /** For the head of a request, from its first byte or, for a connection's first request, from the connection on. Default 30,000. */
  readonly headTimeoutMs?: number;
  /** For a whole request with its body. Default 300,000. */
  readonly requestTimeoutMs?: number;
  /**
   * How long a connection is kept that has no request under way. Default 75,000: longer than the 60 seconds after which
   * common proxies let go, so that none sends a request into a connection that is just being closed.
   */
  readonly idleTimeoutMs?: number;
  /**
   * How long a client may take nothing of an answer that waits for it, or send nothing of a body it owes. A handler that
   * takes its time, or a stream that has nothing to say, is not affected. Over HTTP/1 it may take an eighth longer until that is
   * noticed. Default 60,000.
   */
  readonly stallTimeoutMs?: number;
}

/** The longest time that a timer of Node takes. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Fills in what is not given.
 *
 * @throws RangeError when a limit is no time
 */
export function timeLimitsOf({
  headTimeoutMs = 30_000,
  requestTimeoutMs = 300_000,
  idleTimeoutMs = 75_000,
  stallTimeoutMs = 60_000,
}: TimeLimits): Required<TimeLimits> {
  const limits = { headTimeoutMs, requestTimeoutMs, idleTimeoutMs, stallTimeoutMs };
  for (const [name, value] of Object.entries(limits)) checkTime(name, value);
  return limits;
}

/** @throws RangeError when the value is no whole number of milliseconds */
export function checkTime(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= LONGEST_MS) return;
  throw new RangeError(`${name} is ${value}; give whole milliseconds from 0 to ${LONGEST_MS}`);
}
