import { nameOf } from './class.js';

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

/** What is wrong with a member that takes a value of one kind. */
export function badKind(member: string, value: unknown, kind: 'boolean' | 'function', what: string): readonly string[] {
  return value === undefined || typeof value === kind
    ? []
    : [`declares ${member} as ${literalOf(value)}; it takes ${what}`];
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

/** What is wrong with the filters around a handler, or around all of them. */
export function filterProblems(use: unknown): readonly string[] {
  const isFilter = (filter: unknown): boolean => typeof filter === 'function';
  return listProblems('use', use, 'filters: functions, or classes with filter()', isFilter, 0);
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
