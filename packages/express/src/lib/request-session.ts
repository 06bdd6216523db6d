import type { HostSession } from '@verbena/core/adapter';

/** The session of one request, whose cookie goes with the head of the answer. */
export interface RequestSession extends HostSession {
  /** Sends or withdraws the cookie, when that is due. To be called once, right before the head is sent. */
  sendCookie(): void;
}
