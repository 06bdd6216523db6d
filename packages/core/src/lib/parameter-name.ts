import type { AnyClass } from './class.js';

/** A parameter of a constructor for messages: its position from 1, and its name as far as the class' text tells it. */
export function describeParameter(type: AnyClass, index: number): string {
  const name = parametersIn(constructorTextOf(type))[index];
  return name === undefined ? `${index + 1}` : `${index + 1} (${name})`;
}

/** What follows the opening parenthesis of the nearest constructor: a class without one has that of its base. */
function constructorTextOf(type: AnyClass): string {
  for (let one: unknown = type; typeof one === 'function'; one = Object.getPrototypeOf(one)) {
    const text = Function.prototype.toString.call(one);
    const found = /(?:^|[\s;{}])constructor\s*\(/.exec(text);
    if (found !== null) return text.slice(found.index + found[0].length);
  }
  return '';
}

const NOT_CODE = /\/\*.*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`/gs;

/** The names in a parameter list; nothing where a parameter is a pattern. Defaults may hold commas and brackets. */
function parametersIn(text: string): readonly (string | undefined)[] {
  const code = text.replaceAll(NOT_CODE, ' ');
  const parameters: string[] = [''];
  let depth = 0;
  for (const character of code) {
    if (')]}'.includes(character)) depth -= 1;
    if (depth < 0) break;
    if ('([{'.includes(character)) depth += 1;
    if (depth === 0 && character === ',') parameters.push('');
    else parameters[parameters.length - 1] += character;
  }
  return parameters.map((parameter) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(parameter.trim())?.[0]);
}
