import { createApp, defineHandler } from '@verbena/core';
import { singleton } from 'tsyringe';

// #region resolving
@singleton()
class Visits {
  count = 0;
}

const Welcome = defineHandler('GET /welcome', (context) => {
  const visits = context.resolve(Visits);
  visits.count += 1;
  return `You are visitor ${visits.count}`;
});
// #endregion resolving

export const app = createApp({ handlers: [Welcome] });
