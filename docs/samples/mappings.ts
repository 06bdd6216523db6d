import { createApp, defineHandler } from '@verbena/core';

const Home = defineHandler({ name: 'Home', verb: 'GET', path: '/' }, () => 'Welcome');
const Search = defineHandler({ name: 'Search', path: ['/search', '/find'] }, ({ request }) => {
  return `Nothing found for ${request.query.get('q') ?? 'nothing'}`;
});

// #region mappings
export const app = createApp({ handlers: [Home, Search] });

export const table = app.mappings.map(({ name, verb, path }) => `${name}: ${verb} ${String(path)}`);
// #endregion mappings
