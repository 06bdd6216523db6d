/** @import { Trial } from './trial.mjs' */

/**
 * What a host cannot do, beside what the adapters' own lists say.
 *
 * @typedef {object} Exception
 * @property {string} host its name in reports
 * @property {readonly string[]} [runtimes] where it is so. Default: wherever the host runs
 * @property {readonly string[]} behaviours their names
 * @property {string} reason what is so instead
 */

const NOBODY_TO_TELL = [
  'the host is told of an unexpected error once',
  'the host is told of an error that breaks a stream off',
];
const CLIENT = ['the address of the client is known'];
const STRANGE_TARGET = ['a request target whose host is none is 400, not an error of the server (RFC 9110, 4.2.1)'];
const UNREAD = [
  'after bodies that nobody read, requests sent at once are all answered',
  'after a body that nobody read, the connection takes the next request',
  'after a body whose reader just stopped, the connection takes the next request',
];

/** @type {readonly Exception[]} */
export const exceptions = [
  ...['Hono', 'Bun.serve', 'Deno.serve', 'Worker'].flatMap((host) => [
    { host, behaviours: CLIENT, reason: 'a Request does not name the address of its client' },
    { host, behaviours: NOBODY_TO_TELL, reason: 'nobody but onError is there to be told' },
    {
      host,
      behaviours: STRANGE_TARGET,
      reason: 'it makes a URL of another host of such a target, and a Request tells of no other',
    },
  ]),

  {
    host: 'Hono',
    behaviours: [...UNREAD, 'after a body that was read in part, the connection takes the next request'],
    reason:
      'its server for Node ends the connection where a body was begun and not read to its end, and `mount` begins it',
  },
  {
    host: 'Hono',
    behaviours: [
      'a handler may replace what middleware set',
      'cookies of middleware and of the handler are all sent',
      'Vary names what middleware and what the handler named',
    ],
    reason:
      'it lets what middleware sets before `next()` win over what a Response has, cookies included; middleware that sets it after `next()` keeps both',
  },
  {
    host: 'Hono',
    behaviours: ['middleware comes to its end also when an answer breaks off'],
    reason:
      'its server for Node writes the error of a body that breaks off at once into the answer, and ends that well; core shows nothing there of what happened',
  },
  {
    host: 'Hono',
    behaviours: ['a request of HTTP/1.1 names one host, or is 400 (RFC 9112, 3.2)'],
    reason: 'Node keeps the first of several, and its server for Node tells of no other',
  },
  {
    host: 'Hono',
    behaviours: ['a thousand malformed requests are refused or answered, and harm nobody'],
    reason: 'a Request cannot have the verb TRACE, and `mount` fails to make one, which is 500',
  },
  {
    host: 'Hono',
    runtimes: ['Node 20', 'Node 22'],
    behaviours: ['a client that leaves while its requests wait for each other ends them all'],
    reason: 'its server for Node hears only of the first of them that the client has left',
  },

  {
    host: 'Bun.serve',
    behaviours: [
      'status and headers arrive with the first flush, before anything was written',
      'server-sent events arrive as they happen, with their fields',
    ],
    reason: 'it ends the head of a streamed answer only when the first byte of the body is there',
  },
  {
    host: 'Bun.serve',
    behaviours: [
      'a ReadableStream is sent to its end',
      'a Readable of Node is sent to its end',
      'what an async generator yields is sent to its end',
      'a stream keeps the type its handler set',
      'a buffered answer has a length, a streamed one comes in chunks',
    ],
    reason: 'it sends a stream that is over at once with a length instead of in chunks; the bytes are the same',
  },
  {
    host: 'Bun.serve',
    behaviours: ['a file is sent with type, length and validators', 'a range of a file is 206'],
    reason: 'it sends every longer stream in chunks, and drops the length it names',
  },
  {
    host: 'Bun.serve',
    behaviours: ['a body that nobody reads never makes the host hold more than 1 MiB'],
    reason: 'how much it takes before it waits for a reader varies; 1.5 MB were seen',
  },
  {
    host: 'Bun.serve',
    behaviours: ['a request for the whole server (OPTIONS *) harms nobody'],
    reason: 'it refuses it with 400, and ends the connection',
  },
  {
    host: 'Bun.serve',
    behaviours: ['chunks with extensions, and a trailer, are a body (RFC 9112, 7.1)'],
    reason: 'it refuses quoted extensions, and takes a trailer for the next request',
  },
  ...['Bun.serve', 'Deno.serve'].map((host) => ({
    host,
    behaviours: ['the answer to HEAD sends no body, and the connection goes on'],
    reason: 'it gives the answer to HEAD of a stream the length 0',
  })),

  {
    host: 'Deno.serve',
    behaviours: ['a slow reader never makes the host hold more than 1 MiB'],
    reason: 'how much it takes of a stream before it waits for a slow reader varies; 1.4 MB were seen',
  },
  {
    host: 'Deno.serve',
    behaviours: UNREAD,
    reason: 'it ends the connection of a request when much of its body was not read',
  },
  {
    host: 'Deno.serve',
    behaviours: [
      'HEAD of a handler that flushes lets it run to its end',
      'a client that leaves with its whole answer is not missed by a handler that goes on',
    ],
    reason:
      'it aborts the signal of a request as soon as its answer is complete, unless `--unstable-no-legacy-abort` is given',
  },
  {
    host: 'Deno.serve',
    behaviours: ['a client that leaves while it sends its body makes reading fail, and the signal abort'],
    reason: 'reading fails, and the signal aborts only when the handler has come to its end',
  },
  {
    host: 'Deno.serve',
    behaviours: ['a request of HTTP/1.1 names one host, or is 400 (RFC 9112, 3.2)'],
    reason: 'it lets requests pass that name none',
  },
  {
    host: 'Deno.serve',
    behaviours: ['64 KiB of headers are taken, or refused with 431, and the host goes on'],
    reason: 'it answers 400 instead of 431',
  },
  {
    host: 'Deno.serve',
    behaviours: ['a thousand malformed requests are refused or answered, and harm nobody'],
    reason: 'it takes some of them for HTTP/2, and answers in it',
  },

  {
    host: 'Worker',
    behaviours: [...UNREAD, 'after a body that was read in part, the connection takes the next request'],
    reason: 'workerd ends the connection of a request whose body was not read to its end',
  },
  {
    host: 'Worker',
    behaviours: ['cookies in several fields are all there (RFC 9113, 8.2.3)'],
    reason: 'workerd joins the fields with a comma',
  },
  {
    host: 'Worker',
    behaviours: ['a client of HTTP/1.0 that names no host gets its answer'],
    reason: 'workerd itself answers 400',
  },
  {
    host: 'Worker',
    behaviours: [
      'a Blob is sent with its type and length',
      'the length a handler gives with a stream is sent',
      'after a stream of another length than it names, the connection takes no request',
    ],
    reason: 'a Worker sends every stream of its own in chunks, whatever length it names',
  },
  {
    host: 'Worker',
    behaviours: [
      'server-sent events arrive as they happen, with their fields',
      'a handler is given back once when the client leaves before the first byte',
      'a handler is given back once when the client leaves in mid-stream',
      'the signal aborts when the client leaves before the first byte',
      'the signal aborts for a handler that asks for it only after the client has left',
      'a generator is returned when the client leaves in mid-stream',
      'a ReadableStream is cancelled when the client leaves in mid-stream, also between its pieces',
      'a Readable of Node is destroyed when the client leaves in mid-stream, also between its pieces',
      'a client that leaves is no error',
      'the host is told of no error when a client leaves',
      'a connection that is reset is no error, wherever its answer stands',
      'a client that leaves while its requests wait for each other ends them all',
      'a client that leaves while it waits for its turn keeps nobody waiting',
    ],
    reason: 'workerd notices that a client has left only when it next writes to it',
  },
  {
    host: 'Worker',
    behaviours: ['a client that leaves while it sends its body makes reading fail, and the signal abort'],
    reason: 'reading fails, and the signal does not abort',
  },
  {
    host: 'Worker',
    behaviours: ['a thousand malformed requests are refused or answered, and harm nobody'],
    reason: 'workerd answers CONNECT with 500',
  },
  {
    host: 'Worker',
    behaviours: ['files'],
    reason:
      'in a Worker, files last no longer than one request, and the suite makes them in another; `HandlerApp.fetch` has them',
  },
];

/**
 * The exceptions of a host on a runtime, as the suite takes them.
 *
 * @param {string} runtime
 * @param {string} host
 * @returns {Record<string, string>} the reason, by the name of the behaviour
 */
export function exceptionsFor(runtime, host) {
  return Object.fromEntries(
    exceptions
      .filter((exception) => exception.host === host && (exception.runtimes ?? [runtime]).includes(runtime))
      .flatMap(({ behaviours, reason }) => behaviours.map((name) => [name, reason])),
  );
}

/**
 * Sees to it that no exception outlives what it is about. Of unknown behaviours the suite itself tells.
 *
 * @param {readonly Trial[]} trials all that were made
 * @throws {TypeError} when an exception is about a host or a runtime that was not tried
 */
export function checkExceptions(trials) {
  for (const { host, runtimes = [undefined] } of exceptions) {
    for (const name of runtimes) {
      const isTried = trials.some(
        (trial) => trial.host === host && (name ?? trial.runtime.name) === trial.runtime.name,
      );
      const where = name === undefined ? '' : ` on ${name}`;
      if (!isTried) throw new TypeError(`Excepting ${host}${where} failed: nothing of that name was tried`);
    }
  }
}
