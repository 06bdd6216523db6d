import { nameOf } from './class.js';
import type { DeclarationRecord, FactoryDeclaration, HandlerDeclaration } from './declaration.js';

const HANDLER_MEMBERS = ['verb', 'path', 'name', 'use', 'timeoutMs', 'bodyLimitBytes', 'session', 'pool', 'produces'];
const FACTORY_MEMBERS = ['verb', 'path', 'name', 'use', 'timeoutMs', 'bodyLimitBytes', 'verbs'];

/** What is wrong with a declaration taken by itself: what no compiler checks for those who write JavaScript, and more. */
export function problemsOf({ kind, declaration }: DeclarationRecord): readonly string[] {
  if (!isRecord(declaration))
    return [`is declared with ${literalOf(declaration)}; give a text such as "GET /orders", or an object`];
  const { verb, path, session, pool, timeoutMs, bodyLimitBytes, produces, use } = declaration;
  return [
    ...strangers(declaration, '', kind === 'handler' ? HANDLER_MEMBERS : FACTORY_MEMBERS),
    ...pathProblems(path),
    ...verbProblems(verb),
    ...verbsProblems(declaration),
    ...oneOf('session', session, ['required', 'readonly']),
    ...badNumber('timeoutMs', timeoutMs, 1),
    ...badNumber('bodyLimitBytes', bodyLimitBytes, 0),
    ...poolProblems(pool),
    ...listProblems('produces', produces, 'media types', (type) => typeof type === 'string'),
    ...listProblems(
      'use',
      use,
      'filters: functions, or classes with filter()',
      (filter) => typeof filter === 'function',
      0,
    ),
  ];
}

function pathProblems(path: unknown): readonly string[] {
  if (path === undefined)
    return ['is listed and declares no path; give it one, or take it off the list when only a factory chooses it'];
  if (path === '') return ['declares an empty path; write "/" for the root, or "*" for every path'];
  if (typeof path !== 'string') return listProblems('path', path, 'patterns', (pattern) => typeof pattern === 'string');
  if (path.split(',').every((alternative) => KNOWN_VERB.test(alternative.trim())))
    return [`declares the path "${path}", which is a verb; put a path behind it, as in "${path} /orders"`];
  // No client sends a blank before a slash unescaped, so something else was meant to end there.
  const blank = /[^\s,]\s+\//.exec(path);
  return blank === null
    ? []
    : [
        `declares the path "${path}", which holds a blank before a slash; before a path stand verbs, set apart by commas, as in "GET,POST /orders"`,
      ];
}

const KNOWN_VERB = /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE)$/;

function verbProblems(verb: unknown): readonly string[] {
  if (verb === undefined) return [];
  if (verb === '') return ['declares an empty verb; leave it out for every verb'];
  if (typeof verb !== 'string') return [`declares the verb as ${literalOf(verb)}; it takes a text, as in "GET,POST"`];
  return verb.split(',').flatMap((alternative) => {
    // Verbs are case-sensitive (RFC 9110, 9.1; aspnet-handlers.md B3), so these would never match a browser's.
    const name = alternative.replaceAll(' ', '');
    return name !== name.toUpperCase() && KNOWN_VERB.test(name.toUpperCase())
      ? [`declares the verb ${name}, which no client sends; write ${name.toUpperCase()}`]
      : [];
  });
}

function verbsProblems({ verb, verbs }: HandlerDeclaration & FactoryDeclaration): readonly string[] {
  if (verbs === undefined) return [];
  if (!isRecord(verbs))
    return [`declares verbs as ${literalOf(verbs)}; it takes an object with a handler class for each verb`];
  const names = Object.keys(verbs);
  return [
    ...(verb === undefined ? [] : ['declares both verb and verbs; verbs already says which verbs it takes']),
    ...(names.length > 0 ? [] : ['declares verbs and names none; give a handler class for each verb']),
    ...names
      .filter((name) => !/^[^\s,*?]+$/.test(name))
      .map((name) => `declares verbs with the key "${name}"; each key is one verb`),
    ...names.flatMap(verbProblems),
  ];
}

function poolProblems(pool: unknown): readonly string[] {
  if (pool === undefined) return [];
  if (!isRecord(pool)) return [`declares pool as ${literalOf(pool)}; it takes an object with max, idleMs, or nothing`];
  return [
    ...strangers(pool, 'pool.', ['max', 'idleMs']),
    ...badNumber('pool.max', pool['max'], 1),
    ...badNumber('pool.idleMs', pool['idleMs'], 0),
  ];
}

/** Members that nothing here is called. */
export function strangers(declared: object, prefix: string, members: readonly string[]): readonly string[] {
  return Object.keys(declared)
    .filter((member) => !members.includes(member))
    .map((member) => `declares "${prefix}${member}", which nothing here is called; there are ${members.join(', ')}`);
}

/** What is wrong with a member that takes one of some texts. */
export function oneOf(member: string, value: unknown, choices: readonly string[]): readonly string[] {
  if (value === undefined || (typeof value === 'string' && choices.includes(value))) return [];
  return [`declares ${member} as ${literalOf(value)}; it may be ${choices.map(literalOf).join(' or ')}`];
}

/** What is wrong with a member that takes a number. */
export function badNumber(member: string, value: unknown, least: number): readonly string[] {
  if (value === undefined || (typeof value === 'number' && value >= least)) return [];
  return [`declares ${member} as ${literalOf(value)}; it takes a number from ${least}, or Infinity`];
}

/** What is wrong with a member that takes an array. */
export function listProblems(
  member: string,
  value: unknown,
  what: string,
  isItem: (item: unknown) => boolean,
  least = 1,
): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [`declares ${member} as ${literalOf(value)}; it takes an array of ${what}`];
  const stranger: unknown = value.find((item) => !isItem(item));
  if (stranger !== undefined || value.includes(undefined))
    return [`declares ${member} with ${literalOf(stranger)} in it; it takes ${what}`];
  return value.length >= least ? [] : [`declares ${member} as an empty array; it takes ${what}`];
}

/** Whether a value is an object that is no array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value found where another belongs, for messages. */
export function literalOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return nameOf(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? `an object of ${nameOf(value)}` : String(value);
}
