/**
 * What is asked and what must come back, the same of every peer.
 *
 * @typedef {object} Work
 * @property {string} title what it shows
 * @property {string} verb
 * @property {string} path
 * @property {string} [body] JSON
 * @property {boolean} [signsIn] whether a POST of the same path goes before, whose cookies are then sent along
 * @property {'text/plain' | 'application/json'} type media type of the answer
 * @property {string} answer body of the answer
 */

/** @type {Readonly<Record<string, Work>>} */
export const works = {
  hello: { title: 'a text', verb: 'GET', path: '/hello', type: 'text/plain', answer: 'Hello' },
  user: {
    title: 'a parameter, JSON',
    verb: 'GET',
    path: '/users/42',
    type: 'application/json',
    answer: '{"id":"42","name":"Ada Lovelace","roles":["author","reader"]}',
  },
  order: {
    title: 'JSON in, JSON out',
    verb: 'POST',
    path: '/orders',
    body: '{"item":"tea","quantity":2}',
    type: 'application/json',
    answer: '{"item":"tea","quantity":2,"total":6}',
  },
  factory: {
    title: 'a factory that chooses by verb',
    verb: 'GET',
    path: '/reports/7',
    type: 'application/json',
    answer: '{"id":"7","title":"All is well"}',
  },
  scoped: {
    title: 'a dependency built for each request',
    verb: 'GET',
    path: '/basket',
    type: 'application/json',
    answer: '{"lines":2,"total":12}',
  },
  session: {
    title: 'a value of a session',
    verb: 'GET',
    path: '/session',
    signsIn: true,
    type: 'application/json',
    answer: '{"name":"Ada"}',
  },
  stream: {
    title: '64 pieces of 1 KiB',
    verb: 'GET',
    path: '/stream',
    type: 'text/plain',
    answer: `${'x'.repeat(1023)}\n`.repeat(64),
  },
};
