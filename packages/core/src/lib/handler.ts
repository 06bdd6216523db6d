import type { HttpContext } from './context.js';

/** Answers one request at a time. */
export interface HttpHandler {
  /**
   * Whether this instance may serve another request once this one is over. Read each time the handler is given back,
   * so it may change its mind. Default false.
   */
  readonly isReusable?: boolean;

  /**
   * Answers the request: by writing to `context.response`, by returning a value, or both ways asynchronously.
   *
   * A string is sent as HTML when it begins with a tag and as text otherwise; bytes, a `Blob`, a stream or an async
   * iterable as they are; a `Response` as it stands; any other value as JSON. Nothing returned means that what was
   * written is the answer, or 204 when nothing was. As a generator it may set status and headers, and fail, like any other
   * until its first `yield`.
   */
  processRequest(context: HttpContext): unknown;

  /** Called before a reusable instance goes back to its pool. When it throws, the instance is dropped. */
  reset?(): void | Promise<void>;
}

/** A class of handlers, built by injection. */
export type HandlerClass<Instance extends HttpHandler = HttpHandler> = new (...dependencies: never[]) => Instance;

/** A handler without a class: it has no state, so one function serves every request. */
export type HandlerFunction = (context: HttpContext) => unknown;
