import { compilePath, compileVerb, HandlerMap } from '@verbena/core';

// #region path
export const user = compilePath('/users/:id').match('/users/7'); // { id: '7' }
export const none = compilePath('/users/:id').match('/users'); // undefined
export const rest = compilePath('/files/**:file').match('/files/a/b.txt'); // { file: 'a/b.txt' }
export const parts = compilePath('/report-:from-:to.csv').match('/report-may-june.csv'); // { from: 'may', to: 'june' }
// #endregion path

// #region wildcard
export const sync = compilePath('*/training/*.sync').match('/any/training/first.SYNC'); // {}
export const ashx = compilePath('/a/*.ashx', { syntax: 'wildcard' }).match('/A/b.ashx'); // {}
// #endregion wildcard

// #region verb
export const post = compileVerb('GET, POST').matches('POST'); // true
export const head = compileVerb('GET').matches('HEAD'); // false: maps imply HEAD, patterns do not
// #endregion verb

// #region map
export const map = new HandlerMap([
  { verb: 'GET', path: '/users/me', target: 'own page' },
  { verb: 'GET', path: '/users/:id', target: 'page of a user' },
  { verb: 'PUT', path: '/users/:id', target: 'change a user' },
  { verb: '*', path: '*', target: 'everything else' },
]);

export const found = map.find('GET', '/users/7');
export const target = found?.mapping.target; // 'page of a user'
export const id = found?.params.id; // '7'
// #endregion map
