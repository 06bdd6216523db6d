import { createApp, type HandlerApp } from '@verbena/core';
import Keyv from 'keyv';
import { CountDown } from './handlers/count-down.js';
import { CountVisits } from './handlers/count-visits.js';
import { Greet } from './handlers/greet.js';
import { OrdersFactory } from './handlers/orders-factory.js';

/** The handlers, the same for every host in this folder. */
export const app: HandlerApp = createApp({
  handlers: [Greet, OrdersFactory, CountVisits, CountDown],
  session: { store: new Keyv() },
});
