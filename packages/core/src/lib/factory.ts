import type { HttpContext } from './context.js';
import type { HandlerClass, HttpHandler } from './handler.js';

/** What a factory may choose: a class to be built or lent, an instance of its own, or nothing, which is 404. */
export type HandlerChoice = HandlerClass | HttpHandler | null | undefined;

/** Supplies a handler for each request and takes it back. One instance of a factory serves the whole application. */
export interface HttpHandlerFactory {
  /**
   * Chooses the handler of a request. The session is not there yet.
   *
   * @param verb method token as the client sent it; `GET` for a HEAD that the mapping answers because it takes GET
   * @param path path as the client sent it
   */
  getHandler(context: HttpContext, verb: string, path: string): HandlerChoice | Promise<HandlerChoice>;

  /**
   * Told exactly once for each handler it supplied that the response is over, whatever became of it. Not called when
   * `getHandler` threw or chose nothing. One that throws is reported and stops nothing.
   */
  releaseHandler?(handler: HttpHandler): void | Promise<void>;
}

/** A class of factories, built by injection when the application starts. */
export type FactoryClass<Instance = HttpHandlerFactory> = new (...dependencies: never[]) => Instance;
