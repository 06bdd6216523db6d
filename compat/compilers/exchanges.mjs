/**
 * What every form of the application is asked, in this order, and what it answers: the status, all header fields but those that
 * speak of the connection, and the body.
 *
 * @typedef {object} Exchange
 * @property {string} ask verb and path
 * @property {string} [json] body of the request
 * @property {number} status
 * @property {Readonly<Record<string, string>>} headers
 * @property {string} body
 */

/** @type {readonly Exchange[]} */
export const exchanges = [
  text('GET /about', 'Town Library'),
  json('GET /books/1', 200, { id: '1', title: 'Emma' }),
  {
    ...json('POST /books', 201, { id: '2', title: 'Dune' }, { location: '/books/2' }),
    json: '{"title":"Dune"}',
  },
  {
    ask: 'GET /books',
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'transfer-encoding': 'chunked' },
    body: '1 Emma\n2 Dune\n',
  },
  json('PUT /loans/2', 200, ['PUT: the desk fetched Dune', 'PUT: lent Dune']),
  json('DELETE /loans/2', 200, ['DELETE: took back 2']),
  text('GET /visits', 'visit 1 to 2 books'),
  text('GET /visits', 'visit 2 to 2 books'),
  problem('GET /books/%C3%A9', 404, 'Not Found', 'No book has the number é'),
  problem('PATCH /loans/2', 405, 'Method Not Allowed', 'PATCH is not allowed here', { allow: 'PUT, DELETE' }),
  { ...problem('POST /books', 400, 'Bad Request', 'The body is not valid JSON'), json: '{"title"' },
];

function text(/** @type {string} */ ask, /** @type {string} */ body) {
  return { ask, status: 200, headers: headersOf('text/plain; charset=utf-8', body), body };
}

function json(
  /** @type {string} */ ask,
  /** @type {number} */ status,
  /** @type {unknown} */ value,
  /** @type {Readonly<Record<string, string>>} */ headers = {},
) {
  const body = JSON.stringify(value);
  return { ask, status, headers: { ...headers, ...headersOf('application/json', body) }, body };
}

function problem(
  /** @type {string} */ ask,
  /** @type {number} */ status,
  /** @type {string} */ title,
  /** @type {string} */ detail,
  /** @type {Readonly<Record<string, string>>} */ headers = {},
) {
  const body = JSON.stringify({ type: 'about:blank', title, status, detail });
  return { ask, status, headers: { ...headers, vary: 'Accept', ...headersOf('application/problem+json', body) }, body };
}

function headersOf(/** @type {string} */ type, /** @type {string} */ body) {
  return { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) };
}
