import 'reflect-metadata';
import { Readable } from 'node:stream';
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Injectable,
  Module,
  Param,
  Post,
  Scope,
  Session,
  StreamableFile,
  type Type,
} from '@nestjs/common';
import { Basket, chunks, fill, Greeter, type Order, Orders, textType, Users, visitor } from './domain.js';
import type { WorkName } from './peer.js';

interface Visit {
  name?: string;
}

@Injectable()
class GreeterService extends Greeter {}

@Controller('hello')
class HelloController {
  constructor(private readonly greeter: GreeterService) {}

  @Get()
  @Header('content-type', textType)
  greet() {
    return this.greeter.greet();
  }
}

@Injectable()
class UsersService extends Users {}

@Controller('users')
class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get(':id')
  find(@Param('id') id: string) {
    return this.users.find(id);
  }
}

@Injectable()
class OrdersService extends Orders {}

@Controller('orders')
class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post()
  @HttpCode(200)
  take(@Body() order: Order) {
    return this.orders.take(order);
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestBasket extends Basket {}

@Controller('basket')
class BasketController {
  constructor(private readonly basket: RequestBasket) {}

  @Get()
  sum() {
    return fill(this.basket);
  }
}

@Controller('basket')
class PlainBasketController {
  @Get()
  sum() {
    return fill(new Basket());
  }
}

@Controller('session')
class SessionController {
  @Post()
  @HttpCode(200)
  begin(@Session() session: Visit) {
    session.name = visitor;
    return { name: session.name };
  }

  @Get()
  read(@Session() session: Visit) {
    return { name: session.name };
  }
}

@Controller('stream')
class StreamController {
  @Get()
  send() {
    return new StreamableFile(Readable.from(chunks()), { type: textType });
  }
}

@Module({ controllers: [HelloController], providers: [GreeterService] })
class HelloModule {}

@Module({ controllers: [UsersController], providers: [UsersService] })
class UsersModule {}

@Module({ controllers: [OrdersController], providers: [OrdersService] })
class OrdersModule {}

@Module({ controllers: [BasketController], providers: [RequestBasket] })
class BasketModule {}

@Module({ controllers: [SessionController] })
class SessionModule {}

@Module({ controllers: [StreamController] })
class StreamModule {}

@Module({ controllers: [PlainBasketController] })
export class PlainBasketModule {}

/** The module of each work, for whichever server NestJS is put on. */
export const modules: Readonly<Record<Exclude<WorkName, 'factory'>, Type>> = {
  hello: HelloModule,
  user: UsersModule,
  order: OrdersModule,
  scoped: BasketModule,
  session: SessionModule,
  stream: StreamModule,
};
