import 'reflect-metadata';
import { createApp, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { serve } from '@verbena/node';
import { singleton } from 'tsyringe';
import { Users } from '../domain.js';
import { host } from '../peer.js';

@singleton()
class OwnUsers extends Users {}

export async function start(count: number): Promise<number> {
  const handlers = Array.from({ length: count }, (_, index) => handlerAt(index));
  const { url } = await serve(createApp({ handlers }), { port: 0, host });
  return Number(new URL(url).port);
}

function handlerAt(index: number) {
  @Handler(`GET /things${Math.floor(index / 10)}/${index % 10}/:id`)
  class ShowThing implements HttpHandler {
    constructor(private readonly users: OwnUsers) {}

    processRequest({ request }: HttpContext) {
      return this.users.find(request.params['id'] ?? '');
    }
  }
  return ShowThing;
}
