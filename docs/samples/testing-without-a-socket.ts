import {
  createApp,
  type DependencyContainer,
  Handler,
  type HttpContext,
  HttpException,
  type HttpHandler,
} from '@verbena/core';
import { singleton } from 'tsyringe';

// #region app
@singleton()
export class Stock {
  count(_item: string): Promise<number> {
    throw new Error('The warehouse answers in production only');
  }
}

@Handler('GET /stock/:item')
class ShowStock implements HttpHandler {
  constructor(private readonly stock: Stock) {}

  async processRequest({ request }: HttpContext) {
    const count = await this.stock.count(request.params.item ?? '');
    if (count === 0) throw new HttpException(404, 'Sold out');
    return { count };
  }
}

export function createShop(container: DependencyContainer) {
  return createApp({ handlers: [ShowStock], container });
}
// #endregion app
