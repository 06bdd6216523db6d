import { createApp, defineHandler, type FilterFunction } from '@verbena/core';

// #region filters
const timed: FilterFunction = async ({ response }, next) => {
  const start = performance.now();
  const result = await next();
  if (!response.isFlushed) response.headers.set('server-timing', `handler;dur=${performance.now() - start}`);
  return result;
};

const wrapped: FilterFunction = async (_context, next) => ({ data: await next() });

const onlyLocal: FilterFunction = ({ request }, next) => {
  if (request.url.hostname !== 'localhost') return 'This is for the house only'; // the handler is not run
  return next();
};
// #endregion filters

// #region use
const Families = defineHandler({ verb: 'GET', path: '/families', use: [wrapped] }, () => ['Miller', 'Smith']);
const Keys = defineHandler({ verb: 'GET', path: '/keys', use: [onlyLocal] }, () => 'Under the flower pot');

export const app = createApp({ handlers: [Families, Keys], use: [timed] }); // timed stands around the others
// #endregion use
