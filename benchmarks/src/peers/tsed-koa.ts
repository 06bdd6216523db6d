import 'reflect-metadata';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { BodyParams, PathParams, PlatformApplication, Session } from '@tsed/common';
import { Configuration, Controller, Inject, Injectable, ProviderScope, Scope } from '@tsed/di';
import { PlatformKoa } from '@tsed/platform-koa';
import { ContentType, Get, Post } from '@tsed/schema';
import bodyParser from 'koa-bodyparser';
import { createSession } from 'koa-session';
import { Basket, chunks, fill, Greeter, type Order, Orders, secret, textType, Users, visitor } from '../domain.js';
import { listen } from '../listen.js';
import { MemoryStore } from '../memory-store.js';
import type { Peer } from '../peer.js';

interface Visit {
  name?: string;
}

@Injectable()
class GreeterService extends Greeter {}

@Injectable()
class UsersService extends Users {}

@Injectable()
class OrdersService extends Orders {}

@Injectable()
@Scope(ProviderScope.REQUEST)
class RequestBasket extends Basket {}

@Controller('/hello')
class HelloController {
  constructor(private readonly greeter: GreeterService) {}

  @Get('/')
  @ContentType(textType)
  greet() {
    return this.greeter.greet();
  }
}

@Controller('/users')
class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('/:id')
  find(@PathParams('id') id: string) {
    return this.users.find(id);
  }
}

@Controller('/orders')
class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post('/')
  take(@BodyParams() order: Order) {
    return this.orders.take(order);
  }
}

@Controller('/basket')
@Scope(ProviderScope.REQUEST)
class BasketController {
  constructor(private readonly basket: RequestBasket) {}

  @Get('/')
  sum() {
    return fill(this.basket);
  }
}

@Controller('/basket')
class PlainBasketController {
  @Get('/')
  sum() {
    return fill(new Basket());
  }
}

@Controller('/session')
class SessionController {
  @Post('/')
  begin(@Session() session: Visit) {
    session.name = visitor;
    return { name: session.name };
  }

  @Get('/')
  read(@Session() session: Visit) {
    return { name: session.name };
  }
}

@Controller('/stream')
class StreamController {
  @Get('/')
  @ContentType(textType)
  send() {
    return Readable.from(chunks());
  }
}

@Configuration({})
class Application {}

@Configuration({})
class ApplicationWithSessions {
  @Inject()
  private readonly app!: PlatformApplication;

  $beforeRoutesInit(): void {
    const koa = this.app.rawApp;
    koa.keys = [secret];
    this.app.use(createSession({ store: new MemoryStore() }, koa));
  }
}

export const peer: Peer = {
  works: {
    hello: () => start(HelloController),
    user: () => start(UsersController),
    order: () => start(OrdersController),
    scoped: () => start(BasketController),
    session: () => start(SessionController, ApplicationWithSessions),
    stream: () => start(StreamController),
  },
  plain: {
    scoped: () => start(PlainBasketController),
  },
};

async function start(controller: new (...services: never[]) => object, application = Application): Promise<number> {
  // Its own server would be made before its middleware is known, which Koa 3 does not take; so it has no port of its own.
  const platform = await PlatformKoa.create(application, {
    mount: { '/': [controller] },
    middlewares: [bodyParser()],
    logger: { level: 'error', logRequest: false, disableRoutesSummary: true, disableBootstrapLog: true },
  }).bootstrap();
  return listen(createServer(platform.callback()));
}
