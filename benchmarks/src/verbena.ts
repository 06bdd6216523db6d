import 'reflect-metadata';
import {
  createApp,
  Factory,
  type HandlerApp,
  Handler,
  type HttpContext,
  type HttpHandler,
  type HttpHandlerFactory,
} from '@verbena/core';
import { injectable, Lifecycle, scoped, singleton } from 'tsyringe';
import { Basket, chunks, fill, Greeter, type Order, Orders, Reports, textType, Users, visitor } from './domain.js';
import type { Peer, Start, WorkName } from './peer.js';

@singleton()
class OwnGreeter extends Greeter {}

@Handler('GET /hello')
class Hello implements HttpHandler {
  constructor(private readonly greeter: OwnGreeter) {}

  processRequest() {
    return this.greeter.greet();
  }
}

@singleton()
class OwnUsers extends Users {}

@Handler('GET /users/:id')
class ShowUser implements HttpHandler {
  constructor(private readonly users: OwnUsers) {}

  processRequest({ request }: HttpContext) {
    return this.users.find(request.params['id'] ?? '');
  }
}

@singleton()
class OwnOrders extends Orders {}

@Handler('POST /orders')
class TakeOrder implements HttpHandler {
  constructor(private readonly orders: OwnOrders) {}

  async processRequest({ request }: HttpContext) {
    return this.orders.take((await request.json()) as Order);
  }
}

@singleton()
class OwnReports extends Reports {}

@injectable()
class ShowReport implements HttpHandler {
  constructor(private readonly reports: OwnReports) {}

  processRequest({ request }: HttpContext) {
    return this.reports.show(request.params['id'] ?? '');
  }
}

@injectable()
class DropReport implements HttpHandler {
  constructor(private readonly reports: OwnReports) {}

  processRequest({ request }: HttpContext) {
    return this.reports.drop(request.params['id'] ?? '');
  }
}

@Factory('GET,DELETE /reports/:id')
class ReportFactory implements HttpHandlerFactory {
  getHandler(_context: HttpContext, verb: string) {
    return verb === 'GET' ? ShowReport : DropReport;
  }

  releaseHandler() {}
}

@Handler('GET /reports/:id')
class PlainReport extends ShowReport {
  constructor(reports: OwnReports) {
    super(reports);
  }
}

@scoped(Lifecycle.ContainerScoped)
class RequestBasket extends Basket {}

@Handler('GET /basket')
class SumBasket implements HttpHandler {
  constructor(private readonly basket: RequestBasket) {}

  processRequest() {
    return fill(this.basket);
  }
}

@Handler('GET /basket')
class PlainBasket implements HttpHandler {
  processRequest() {
    return fill(new Basket());
  }
}

@Handler({ verb: 'POST', path: '/session', session: 'required' })
class BeginSession implements HttpHandler {
  processRequest({ session }: HttpContext) {
    session.set('name', visitor);
    return { name: visitor };
  }
}

@Handler({ verb: 'GET', path: '/session', session: 'readonly' })
class ReadSession implements HttpHandler {
  processRequest({ session }: HttpContext) {
    return { name: session.get('name') };
  }
}

@Handler('GET /stream')
class SendStream implements HttpHandler {
  processRequest({ response }: HttpContext) {
    response.type = textType;
    return chunks();
  }
}

const handlers: Readonly<Record<WorkName, readonly (new (...dependencies: never[]) => object)[]>> = {
  hello: [Hello],
  user: [ShowUser],
  order: [TakeOrder],
  factory: [ReportFactory],
  scoped: [SumBasket],
  session: [BeginSession, ReadSession],
  stream: [SendStream],
};

/** The peer that Verbena is under a host. */
export function verbenaUnder(start: (app: HandlerApp) => Promise<number>): Required<Peer> {
  const works = Object.entries(handlers).map(([work, classes]): [string, Start] => [
    work,
    () => start(createApp({ handlers: classes })),
  ]);
  return {
    works: Object.fromEntries(works),
    plain: {
      factory: () => start(createApp({ handlers: [PlainReport] })),
      scoped: () => start(createApp({ handlers: [PlainBasket] })),
    },
  };
}
