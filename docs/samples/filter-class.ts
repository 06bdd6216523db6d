import {
  createApp,
  Handler,
  type HttpContext,
  HttpException,
  type HttpFilter,
  type HttpHandler,
  type Next,
} from '@verbena/core';
import { injectable } from 'tsyringe';

class Guests {
  byKey(key: string | null) {
    return key === 'k1' ? 'Ann' : undefined;
  }
}

// #region filter
@injectable()
class RequireKey implements HttpFilter {
  constructor(private readonly guests: Guests) {}

  filter({ request, items }: HttpContext, next: Next) {
    const guest = this.guests.byKey(request.headers.get('x-key'));
    if (guest === undefined) throw new HttpException(401, 'Send your key in X-Key');
    items.set('guest', guest); // for whoever comes later in this request
    return next();
  }
}

@Handler({ path: '/party', use: [RequireKey] })
class Party implements HttpHandler {
  processRequest({ items }: HttpContext) {
    return `Welcome, ${String(items.get('guest'))}`;
  }
}
// #endregion filter

export const app = createApp({ handlers: [Party] });
