import { badKind, badNumber, filterProblems, isRecord, literalOf, oneOf, strangers } from './member-problems.js';

const MEMBERS = [
  'handlers',
  'container',
  'session',
  'use',
  'timeoutMs',
  'abandonMs',
  'bodyLimitBytes',
  'basePath',
  'precedence',
  'syntax',
  'caseSensitive',
  'trailingSlash',
  'development',
  'onError',
  'onWarning',
];

/** What is wrong with the options of an application: what no compiler checks for those who write JavaScript, and more. */
export function problemsOfOptions(options: object): readonly string[] {
  const { basePath, precedence, syntax, caseSensitive, trailingSlash, ...others }: Readonly<Record<string, unknown>> = {
    ...options,
  };
  const { session, use, timeoutMs, abandonMs, bodyLimitBytes, development, onError, onWarning } = others;
  return [
    ...strangers(options, '', MEMBERS),
    ...basePathProblems(basePath),
    ...oneOf('precedence', precedence, ['specific', 'listed']),
    ...oneOf('syntax', syntax, ['auto', 'wildcard', 'template']),
    ...badKind('caseSensitive', caseSensitive, 'boolean', 'true or false'),
    ...oneOf('trailingSlash', trailingSlash, ['ignore', 'strict']),
    ...badNumber('timeoutMs', timeoutMs, 1),
    ...badNumber('bodyLimitBytes', bodyLimitBytes, 0),
    ...badNumber('abandonMs', abandonMs, 0),
    ...badKind('development', development, 'boolean', 'true or false'),
    ...badKind('onError', onError, 'function', 'a function, which is given the error and the context'),
    ...badKind('onWarning', onWarning, 'function', 'a function, which is given the message'),
    ...sessionProblems(session),
    ...filterProblems(use),
  ];
}

function basePathProblems(basePath: unknown): readonly string[] {
  if (basePath === undefined || basePath === '') return [];
  if (typeof basePath === 'string' && basePath.startsWith('/')) return [];
  return [`has the basePath ${literalOf(basePath)}; it begins with a slash, as in "/api"`];
}

const SESSION_MEMBERS = ['store', 'cookieName', 'maxAgeMs', 'secure', 'waitMs'];

/** What may be the name of a cookie (RFC 6265, 4.1.1). */
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function sessionProblems(session: unknown): readonly string[] {
  if (session === undefined) return [];
  if (!isRecord(session))
    return [`declares session as ${literalOf(session)}; it takes an object with ${SESSION_MEMBERS.join(', ')}`];
  const { store, cookieName, maxAgeMs, waitMs, secure } = session;
  return [
    ...strangers(session, 'session.', SESSION_MEMBERS),
    ...(isStore(store)
      ? []
      : [`declares session.store as ${literalOf(store)}; it takes a store with get, set and delete, such as a Keyv`]),
    ...(cookieName === undefined || (typeof cookieName === 'string' && COOKIE_NAME.test(cookieName))
      ? []
      : [`declares session.cookieName as ${literalOf(cookieName)}; it takes letters, digits and !#$%&'*+-.^_\`|~`]),
    ...(maxAgeMs === undefined || (Number.isFinite(maxAgeMs) && Number(maxAgeMs) >= 1)
      ? []
      : [`declares session.maxAgeMs as ${literalOf(maxAgeMs)}; it takes a number of milliseconds from 1`]),
    ...badNumber('session.waitMs', waitMs, 0),
    ...badKind('session.secure', secure, 'boolean', 'true or false'),
  ];
}

function isStore(store: unknown): boolean {
  if (typeof store !== 'object' || store === null) return false;
  const { get, set, delete: remove }: Readonly<Record<string, unknown>> = store as never;
  return [get, set, remove].every((member) => typeof member === 'function');
}
