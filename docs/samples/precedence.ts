import { createApp, defineHandler } from '@verbena/core';

// #region handlers
const handlers = [
  defineHandler('GET *.html', () => 'any page'),
  defineHandler('GET docs/*.html', () => 'a page of the docs'),
  defineHandler('GET /docs/:page', () => 'something below /docs'),
  defineHandler('GET /docs/index.html', () => 'the front page'),
  defineHandler('* /docs/index.html', () => 'any other verb'),
];
// #endregion handlers

// #region apps
export const specific = createApp({ handlers }); // the closest wins, wherever it stands
export const listed = createApp({ handlers, precedence: 'listed' }); // the first that fits wins, as in ASP.NET
// #endregion apps
