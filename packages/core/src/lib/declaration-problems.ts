import type { DeclarationRecord, FactoryDeclaration, HandlerDeclaration } from './declaration.js';
import { badNumber, filterProblems, isRecord, listProblems, literalOf, oneOf, strangers } from './member-problems.js';

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
    ...filterProblems(use),
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
