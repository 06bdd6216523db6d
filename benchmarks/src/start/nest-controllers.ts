import 'reflect-metadata';
import { Controller, Get, Injectable, Module, Param, type Type } from '@nestjs/common';
import { Users } from '../domain.js';

@Injectable()
class UsersService extends Users {}

/** A module of controllers with ten routes each, as its users write them. */
export function moduleOf(count: number): Type {
  const controllers = Array.from({ length: Math.ceil(count / 10) }, (_, index) => controllerAt(index));

  @Module({ controllers, providers: [UsersService] })
  class ThingsModule {}
  return ThingsModule;
}

function controllerAt(index: number): Type {
  @Controller(`things${index}`)
  class ThingsController {
    constructor(readonly users: UsersService) {}
  }
  for (let action = 0; action < 10; action += 1) {
    const name = `show${action}`;
    const descriptor: PropertyDescriptor = {
      configurable: true,
      writable: true,
      value(this: ThingsController, id: string) {
        return this.users.find(id);
      },
    };
    Param('id')(ThingsController.prototype, name, 0);
    Get(`${action}/:id`)(ThingsController.prototype, name, descriptor);
    Object.defineProperty(ThingsController.prototype, name, descriptor);
  }
  return ThingsController;
}
