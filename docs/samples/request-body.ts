import { createApp, Handler, type HttpContext, HttpException, type HttpHandler } from '@verbena/core';

// #region json
@Handler('POST /orders')
class TakeOrder implements HttpHandler {
  async processRequest({ request }: HttpContext) {
    const order = await request.json();
    if (!isOrder(order)) throw new HttpException(422, 'An order needs an item and a count');
    return `${order.count} times ${order.item}`;
  }
}

function isOrder(value: unknown): value is { item: string; count: number } {
  return typeof value === 'object' && value !== null && 'item' in value && 'count' in value;
}
// #endregion json

// #region form
@Handler('POST /guests')
class SignGuestBook implements HttpHandler {
  async processRequest({ request }: HttpContext) {
    const form = await request.formData(); // url-encoded or multipart
    return { thanks: form.get('name') };
  }
}
// #endregion form

// #region upload
@Handler({ verb: 'POST', path: '/photos', bodyLimitBytes: 5_000_000 })
class TakePhoto implements HttpHandler {
  async processRequest({ request }: HttpContext) {
    const photo = (await request.formData()).get('photo');
    if (!(photo instanceof File)) throw new HttpException(422, 'Send a file named photo');
    return { name: photo.name, type: photo.type, bytes: photo.size };
  }
}
// #endregion upload

export const app = createApp({ handlers: [TakeOrder, SignGuestBook, TakePhoto] });
