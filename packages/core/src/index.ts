export { type AppOptions, createApp, type HandlerApp } from './lib/app.js';
export { type AsyncResult, fromBeginEnd } from './lib/begin-end.js';
export { HttpContext } from './lib/context.js';
export type { CookieOptions, RequestCookies, ResponseCookies } from './lib/cookies.js';
export type { FactoryDeclaration, HandlerDeclaration, MappingDeclaration, PoolOptions } from './lib/declaration.js';
export { defineFactory, defineHandler } from './lib/decorators/define.js';
export { Factory } from './lib/decorators/factory.js';
export { Handler } from './lib/decorators/handler.js';
export {
  ForbiddenHandler,
  MethodNotAllowedHandler,
  NotFoundHandler,
  NotImplementedHandler,
} from './lib/default-handlers.js';
export { DeclarationError, type ErrorCode, errorCodes, StartupError, VerbenaError } from './lib/errors.js';
export type { FactoryClass, HandlerChoice, HttpHandlerFactory } from './lib/factory.js';
export type { FetchArguments, FetchNative } from './lib/fetch.js';
export type { Filter, FilterFunction, HttpFilter, Next } from './lib/filter.js';
export type { HandlerClass, HandlerFunction, HttpHandler } from './lib/handler.js';
export { DuplicateMappingError } from './lib/matching/duplicate-mapping.js';
export { type FoundMapping, HandlerMap, type HandlerMapOptions, type Mapping } from './lib/matching/handler-map.js';
export type { RequestHeaders, ResponseHeaders } from './lib/headers.js';
export { HttpException, type HttpExceptionOptions } from './lib/http-exception.js';
export type { MappingInfo } from './lib/mapping.js';
export {
  compilePath,
  MalformedPathError,
  type PathOptions,
  type PathParams,
  type PathPattern,
} from './lib/matching/path.js';
export type { HttpRequest } from './lib/request.js';
export type { HttpResponse } from './lib/response.js';
export type { DependencyContainer } from './lib/injection/injector.js';
export type { HttpSession, SessionMode } from './lib/session.js';
export type { SessionOptions, SessionStore } from './lib/store-session.js';
export type { Token } from './lib/token.js';
export { compileVerb, type VerbPattern } from './lib/matching/verb.js';
