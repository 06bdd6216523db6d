import { createApp, defineHandler, HttpException } from '@verbena/core';

// #region functions
const Ping = defineHandler('GET /ping', function ping() {
  return 'pong';
});

const Square = defineHandler({ name: 'Square', verb: 'GET', path: '/square/:number' }, ({ request }) => {
  const number = Number(request.params.number);
  if (Number.isNaN(number)) throw new HttpException(400, 'That is not a number');
  return { number, square: number ** 2 };
});
// #endregion functions

export const app = createApp({ handlers: [Ping, Square] });
