import { type AppOptions, createApp, type HandlerApp } from './app.js';
import type { Declared } from './site.js';

/** An application with what it reported. */
export interface RecordingApp {
  readonly app: HandlerApp;
  /** What reached `onError`, in order. */
  readonly errors: unknown[];
  /** What reached `onWarning`, in order. */
  readonly warnings: string[];
  /** Asks the application for a path, or sends it a request. */
  get(request: string | Request, init?: RequestInit): Promise<Response>;
}

/** Makes an application that notes what it reports, outside development unless told otherwise. */
export function recordingApp(handlers: Iterable<Declared>, options: Partial<AppOptions> = {}): RecordingApp {
  const errors: unknown[] = [];
  const warnings: string[] = [];
  const app = createApp({
    development: false,
    onError: (error) => errors.push(error),
    onWarning: (message) => warnings.push(message),
    ...options,
    handlers,
  });
  return {
    app,
    errors,
    warnings,
    get: (request, init) =>
      app.fetch(typeof request === 'string' ? new Request(`http://host${request}`, init) : request),
  };
}

/** What broke a body off, for a caller of `app.fetch` who is shown no more than that something did. */
export function causeOf(error: unknown): unknown {
  return (error as Error).cause;
}
