import { createApp, defineHandler } from '@verbena/core';

const Books = defineHandler('GET /books', () => ['Emma']);
const Health = defineHandler('GET health', () => 'fine');

// #region app
export const app = createApp({
  handlers: [Books, Health],
  basePath: '/api', // before every template; wildcard patterns stay as they are
  caseSensitive: true,
  trailingSlash: 'strict',
});
// #endregion app
