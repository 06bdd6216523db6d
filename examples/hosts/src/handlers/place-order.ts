import { type HttpContext, HttpException, type HttpHandler } from '@verbena/core';
import { injectable } from 'tsyringe';
import { type Order, Orders } from '../orders.js';

/** Takes an order: `{ "item": "a pot of thyme" }`. */
@injectable()
export class PlaceOrder implements HttpHandler {
  constructor(private readonly orders: Orders) {}

  async processRequest({ request, response }: HttpContext): Promise<Order> {
    const wish = await request.json();
    if (!isWish(wish)) throw new HttpException(422, 'An order names an item: { "item": "a pot of thyme" }');
    response.status = 201;
    return this.orders.place(wish.item);
  }
}

function isWish(value: unknown): value is { readonly item: string } {
  return typeof value === 'object' && value !== null && 'item' in value && typeof value.item === 'string';
}
