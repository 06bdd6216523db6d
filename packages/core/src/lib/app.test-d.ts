import { createApp, type HandlerApp } from './app.js';
import type { HttpContext } from './context.js';
import type { HandlerClass, HandlerFunction, HttpHandler } from './handler.js';
import type { MappingInfo } from './mapping.js';
import type { HttpSession } from './session.js';

class Service {
  readonly name = 'service';
}

class Show implements HttpHandler {
  constructor(readonly service: Service) {}
  processRequest(): void {}
}

// The list takes classes and functions.

const app: HandlerApp = createApp({ handlers: [Show, class {}, (context: HttpContext) => context.request.path] });
const fromSet: HandlerApp = createApp({ handlers: new Set([Show]) });
app.replace([Show]);
const mappings: readonly MappingInfo[] = app.mappings;
const answer: Promise<Response> = app.fetch(new Request('http://host/'), { binding: 1 }, 'more');
const closed: Promise<void> = app.close({ graceMs: 5 });

// @ts-expect-error -- there is no list
createApp({});
// @ts-expect-error -- an instance is neither
createApp({ handlers: [new Show(new Service())] });
// @ts-expect-error -- a declaration alone is neither
createApp({ handlers: ['GET /x'] });
// @ts-expect-error -- no such precedence
createApp({ handlers: [], precedence: 'first' });
// @ts-expect-error -- the answer to a host is for adapters
void app.answer;

// Handlers take any dependencies, and answer in any way.

const handlerClass: HandlerClass = Show;
const handlerFunction: HandlerFunction = async ({ response }) => {
  await response.flush();
};
const shapes: readonly HttpHandler[] = [
  { processRequest: () => 'text' },
  { isReusable: true, processRequest: async () => await Promise.resolve({ json: true }) },
  {
    *processRequest() {
      yield 'piece';
    },
  },
  { processRequest() {}, reset: () => {} },
];
// @ts-expect-error -- it answers nothing
const noMember: HttpHandler = { isReusable: true };
// @ts-expect-error -- reset takes nothing
const wrongReset: HttpHandler = { processRequest() {}, reset: (count: number) => void count };

// What a context gives.

function see(context: HttpContext): unknown {
  const session: HttpSession = context.session;
  const value: unknown = session.get('count');
  const signal: AbortSignal = context.signal;
  const service: Service = context.resolve(Service);
  const registered: string = context.resolve<string>('token');
  const handler: object | undefined = context.handler;
  const native: unknown = context.native;
  context.items.set(Symbol('any'), 5);
  // @ts-expect-error -- the session has no such member
  void context.session.count;
  // @ts-expect-error -- nobody puts another response in its place
  context.response = undefined;
  return [value, signal, service, registered, handler, native];
}

export { answer, closed, fromSet, handlerClass, handlerFunction, mappings, noMember, see, shapes, wrongReset };
