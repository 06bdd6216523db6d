import 'reflect-metadata';
import { Readable } from 'node:stream';
import Koa from 'koa';
import { createSession } from 'koa-session';
import {
  type ClassConstructor,
  Body,
  ContentType,
  Controller,
  Get,
  JsonController,
  Param,
  Post,
  Session,
  useContainer,
  useKoaServer,
} from 'routing-controllers';
import { container, injectable, Lifecycle, scoped, singleton } from 'tsyringe';
import { Basket, chunks, fill, Greeter, type Order, Orders, secret, textType, Users, visitor } from '../domain.js';
import { listen } from '../listen.js';
import { MemoryStore } from '../memory-store.js';
import type { Peer } from '../peer.js';

interface Visit {
  name?: string;
}

@singleton()
class GreeterService extends Greeter {}

@singleton()
class UsersService extends Users {}

@singleton()
class OrdersService extends Orders {}

@scoped(Lifecycle.ContainerScoped)
class RequestBasket extends Basket {}

@singleton()
@Controller()
class HelloController {
  constructor(private readonly greeter: GreeterService) {}

  @Get('/hello')
  @ContentType(textType)
  greet() {
    return this.greeter.greet();
  }
}

@singleton()
@JsonController('/users')
class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('/:id')
  find(@Param('id') id: string) {
    return this.users.find(id);
  }
}

@singleton()
@JsonController('/orders')
class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post('/')
  take(@Body() order: Order) {
    return this.orders.take(order);
  }
}

@injectable()
@JsonController('/basket')
class BasketController {
  constructor(private readonly basket: RequestBasket) {}

  @Get('/')
  sum() {
    return fill(this.basket);
  }
}

@singleton()
@JsonController('/basket')
class PlainBasketController {
  @Get('/')
  sum() {
    return fill(new Basket());
  }
}

@singleton()
@JsonController('/session')
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

@singleton()
@Controller()
class StreamController {
  @Get('/stream')
  @ContentType(textType)
  send() {
    return Readable.from(chunks());
  }
}

export const peer: Peer = {
  works: {
    hello: () => start(HelloController),
    user: () => start(UsersController),
    order: () => start(OrdersController),
    scoped() {
      return start(BasketController, {
        // A child of the container for each request, as its guide does it.
        get: (type) => container.createChildContainer().resolve(type),
      });
    },
    session() {
      const koa = new Koa({ keys: [secret] });
      koa.use(createSession({ store: new MemoryStore() }, koa));
      return start(SessionController, undefined, koa);
    },
    stream: () => start(StreamController),
  },
  plain: {
    scoped: () => start(PlainBasketController),
  },
};

interface Container {
  get<Instance>(type: ClassConstructor<Instance>): Instance;
}

function start(
  controller: ClassConstructor<object>,
  given: Container = { get: (type) => container.resolve(type) },
  koa: Koa = new Koa(),
): Promise<number> {
  useContainer(given);
  useKoaServer(koa, { controllers: [controller] });
  return listen(koa);
}
