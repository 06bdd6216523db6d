import type { Filter, HttpContext, SessionMode } from '@verbena/core';
import type { OperationView } from '../view.js';

/** How operations are reached over HTTP. */
export interface OperationHandlersOptions {
  /** Where the handlers stand in the application. Default `/operations` */
  readonly basePath?: string;
  /**
   * Whose operations a request may see: a user's id, or undefined for nobody's. Asked on every request, and again each minute while a
   * stream is open. Default: `sessionOwner`, a random text in the session
   */
  readonly ownerOf?: (context: HttpContext) => string | undefined | Promise<string | undefined>;
  /** How the handlers use the session. Default `readonly`, or not at all where `ownerOf` is given */
  readonly session?: SessionMode;
  /** Whether somebody may look at an operation of another owner, such as a colleague's. Default: nobody */
  readonly canView?: Permission;
  /** Whether somebody who may look at an operation of another owner may cancel it, too. Default: nobody */
  readonly canCancel?: Permission;
  /** Filters around all of the handlers, such as one that asks who it is. */
  readonly use?: readonly Filter[];
  /** Other origins from which browsers may start, cancel and forget: `https://admin.example.org`. Default: none */
  readonly allowedOrigins?: readonly string[];
  /** Signs what `shareOperation` gives: 32 characters or more. Of several, the first signs and each is accepted. Default: nothing is shared */
  readonly shareSecret?: string | readonly string[];
  /** Most event streams that are open in this process at once. Default 20,000 */
  readonly maxStreams?: number;
  /** Most event streams of one owner that are open in this process at once. Default 20 */
  readonly maxStreamsPerOwner?: number;
}

/** Decides about one request and one operation. */
export type Permission = (context: HttpContext, operation: OperationView) => boolean | Promise<boolean>;
