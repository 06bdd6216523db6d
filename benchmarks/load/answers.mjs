/** @import { Work } from './works.mjs' */

/**
 * The headers that a request of the work carries, after signing in where the work asks for it.
 *
 * @param {number} port
 * @param {Work} work
 * @returns {Promise<Record<string, string>>}
 */
export async function headersFor(port, { path, body, signsIn }) {
  /** @type {Record<string, string>} */
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  if (!signsIn) return headers;
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' });
  await answer.text();
  return {
    ...headers,
    cookie: answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; '),
  };
}

/**
 * What is wrong with a program's answer, or undefined when it is right. It is asked twice: the second request must not see
 * what the first left behind.
 *
 * @param {number} port
 * @param {Work} work
 * @param {Record<string, string>} headers
 * @returns {Promise<string | undefined>}
 */
export async function faultOf(port, work, headers) {
  for (const time of ['first', 'second']) {
    const { verb, path, body } = work;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: verb, headers, body });
    const fault = differenceOf(work, answer, Buffer.from(await answer.arrayBuffer()));
    if (fault !== undefined) return `${fault} (${time} request)`;
  }
  return undefined;
}

/**
 * @param {Work} work
 * @param {{ status: number, headers: Headers }} answer
 * @param {Buffer} body
 * @returns {string | undefined}
 */
export function differenceOf(work, { status, headers }, body) {
  if (status !== 200) return `status ${status} instead of 200`;
  const type = headers.get('content-type') ?? '';
  if (mediaTypeOf(type) !== `${work.type}; charset=utf-8`) return `the type "${type}" instead of ${work.type} in UTF-8`;
  if (!body.equals(Buffer.from(work.answer))) {
    return `${body.length} bytes ${JSON.stringify(body.toString().slice(0, 80))} instead of ${work.answer.length} bytes ${JSON.stringify(work.answer.slice(0, 80))}`;
  }
  return undefined;
}

/**
 * Type, subtype and charset in one spelling. JSON is in UTF-8 whether or not that is said (RFC 8259, 8.1).
 *
 * @param {string} value of Content-Type
 * @returns {string}
 */
export function mediaTypeOf(value) {
  const [type = '', ...parameters] = value
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  if (charset !== undefined) return `${type}; charset=${charset}`;
  return type === 'application/json' ? `${type}; charset=utf-8` : type;
}
