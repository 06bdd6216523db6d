import { Factory, type HandlerClass, type HttpContext, type HttpHandlerFactory } from '@verbena/core';
import { AsyncHandler } from './async-handler.js';
import { SyncHandler } from './sync-handler.js';

/** The factory classic: the verb decides which handler answers. Verbs it is not mapped for are 405. */
@Factory('GET,POST */training/*')
export class TrainingFactory implements HttpHandlerFactory {
  getHandler(_context: HttpContext, verb: string): HandlerClass {
    return verb === 'POST' ? AsyncHandler : SyncHandler;
  }
}
