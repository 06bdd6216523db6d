import { Factory } from '@verbena/core';
import { ListOrders } from './list-orders.js';
import { PlaceOrder } from './place-order.js';

/** Chooses by verb who answers for the orders. */
@Factory({ path: '/orders', verbs: { GET: ListOrders, POST: PlaceOrder } })
export class OrdersFactory {}
