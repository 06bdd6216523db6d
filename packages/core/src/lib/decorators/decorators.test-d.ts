import type { HttpContext } from '../context.js';
import type { HandlerChoice, HttpHandlerFactory } from '../factory.js';
import type { HttpHandler } from '../handler.js';
import { defineFactory, defineHandler } from './define.js';
import { Factory } from './factory.js';
import { Handler } from './handler.js';

// What can answer requests may be declared as a handler.

@Handler('GET /x')
class Plain {
  processRequest(): void {}
}

@Handler({ verb: 'GET', path: ['/a', '*.b'], session: 'required', pool: { max: 1, idleMs: 5 }, produces: ['json'] })
class Full implements HttpHandler {
  readonly isReusable = true;
  constructor(readonly context: HttpContext) {}
  async processRequest({ response }: HttpContext): Promise<object> {
    await response.flush();
    return {};
  }
  async reset(): Promise<void> {}
}

@Handler('/changing')
class ChangesItsMind implements HttpHandler {
  isReusable = false;
  readonly processRequest = ({ request }: HttpContext): string => request.path;
}

@Handler('/a')
@Handler('/b')
class Several {
  processRequest(): void {}
}

// @ts-expect-error -- it has no processRequest
@Handler('/x')
class NoMember {}

// @ts-expect-error -- it takes something other than a context
@Handler('/x')
class WrongParameter {
  processRequest(count: number): number {
    return count;
  }
}

// @ts-expect-error -- isReusable is a claim, not a function
@Handler('/x')
class WrongReusable {
  isReusable(): boolean {
    return true;
  }
  processRequest(): void {}
}

// @ts-expect-error -- an abstract class cannot be built
@Handler('/x')
abstract class Abstract {
  abstract processRequest(): void;
}

class Members {
  // @ts-expect-error -- it stands on classes only
  @Handler('/x')
  processRequest(): void {}
}

// Declarations say what there is to say, and nothing else.

// @ts-expect-error -- nothing is declared
Handler();
// @ts-expect-error -- no such member
Handler({ path: '/x', pth: '/y' });
// @ts-expect-error -- no such session mode
Handler({ path: '/x', session: 'both' });
// @ts-expect-error -- a number of milliseconds
Handler({ path: '/x', timeoutMs: '5s' });
// @ts-expect-error -- verbs belong to factories
Handler({ path: '/x', verbs: { GET: Plain } });
// @ts-expect-error -- sessions belong to handlers
Factory({ path: '/x', session: 'required' });
// @ts-expect-error -- pools belong to handlers
Factory({ path: '/x', pool: {} });
// @ts-expect-error -- a filter is a function or a class
Handler({ path: '/x', use: [{}] });
// @ts-expect-error -- a filter class has a member filter
Handler({ path: '/x', use: [Plain] });

// A factory has getHandler, or its declaration has verbs.

@Factory('GET,POST */training/*')
class Choosing implements HttpHandlerFactory {
  getHandler(_context: HttpContext, verb: string): HandlerChoice {
    return verb === 'GET' ? Plain : new ChangesItsMind();
  }
  releaseHandler(handler: HttpHandler): void {
    void handler.isReusable;
  }
}

@Factory('/x')
class Later {
  async getHandler(): Promise<typeof Full | undefined> {
    return Full;
  }
}

@Factory({ path: '/reports/:id', verbs: { GET: Plain, DELETE: Full } })
class ByVerb {}

// @ts-expect-error -- it has no getHandler, and there are no verbs
@Factory('/x')
class Neither {}

// @ts-expect-error -- what it chooses is no handler
@Factory('/x')
class WrongChoice {
  getHandler(): number {
    return 5;
  }
}

// @ts-expect-error -- a class behind a verb is a handler class
@Factory({ path: '/x', verbs: { GET: Neither } })
class WrongVerbs {}

// The same without decorator syntax.

const plain: typeof Plain = defineHandler('/x', Plain);
const shown: (context: HttpContext) => string = defineHandler('/x', ({ request }: HttpContext) => request.path);
const nothing: () => void = defineHandler({ path: '/x' }, () => {});
const choosing: typeof Choosing = defineFactory('/x', Choosing);
const byVerb: typeof ByVerb = defineFactory({ path: '/x', verbs: { GET: Plain } }, ByVerb);

// @ts-expect-error -- neither class nor function
defineHandler('/x', {});
// @ts-expect-error -- an instance is no class
defineHandler('/x', new Plain());
// @ts-expect-error -- it has no processRequest
defineHandler('/x', NoMember);
// @ts-expect-error -- it asks for more than a context
defineHandler('/x', (context: HttpContext, next: () => void) => [context, next]);
// @ts-expect-error -- it has no getHandler, and there are no verbs
defineFactory('/x', Neither);
// @ts-expect-error -- a factory is a class
defineFactory('/x', () => Plain);

export {
  Abstract,
  byVerb,
  choosing,
  Later,
  Members,
  nothing,
  plain,
  Several,
  shown,
  WrongChoice,
  WrongParameter,
  WrongReusable,
  WrongVerbs,
};
