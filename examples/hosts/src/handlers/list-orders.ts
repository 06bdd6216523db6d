import type { HttpHandler } from '@verbena/core';
import { injectable } from 'tsyringe';
import { type Order, Orders } from '../orders.js';

/** Gives all orders. */
@injectable()
export class ListOrders implements HttpHandler {
  constructor(private readonly orders: Orders) {}

  processRequest(): readonly Order[] {
    return this.orders.all();
  }
}
