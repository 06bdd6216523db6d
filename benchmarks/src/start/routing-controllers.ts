import 'reflect-metadata';
import { createKoaServer, Get, JsonController, Param, useContainer } from 'routing-controllers';
import { container, singleton } from 'tsyringe';
import type Koa from 'koa';
import { Users } from '../domain.js';
import { listen } from '../listen.js';

@singleton()
class UsersService extends Users {}

/** Controllers with ten routes each, as its users write them. */
export function start(count: number): Promise<number> {
  const controllers = Array.from({ length: Math.ceil(count / 10) }, (_, index) => controllerAt(index));
  useContainer({ get: (type) => container.resolve(type) });
  const koa: Koa = createKoaServer({ controllers });
  return listen(koa);
}

function controllerAt(index: number) {
  @singleton()
  @JsonController(`/things${index}`)
  class ThingsController {
    constructor(readonly users: UsersService) {}
  }
  for (let action = 0; action < 10; action += 1) {
    const name = `show${action}`;
    Object.defineProperty(ThingsController.prototype, name, {
      configurable: true,
      value(this: ThingsController, id: string) {
        return this.users.find(id);
      },
    });
    Reflect.defineMetadata('design:paramtypes', [String], ThingsController.prototype, name);
    Param('id')(ThingsController.prototype, name, 0);
    Get(`/${action}/:id`)(ThingsController.prototype, name);
  }
  return ThingsController;
}
