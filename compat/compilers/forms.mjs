/**
 * The forms of the application, each a source file and the decorators a compiler is told to read it with.
 *
 * @typedef {object} Form
 * @property {string} name
 * @property {string} title heading of its column
 * @property {string} source file in `application/`
 * @property {'older' | 'tc39'} decorators
 */

/** @type {readonly Form[]} */
export const forms = [
  {
    name: 'constructor-types',
    title: 'constructor types, older decorators',
    source: 'constructor-types.ts',
    decorators: 'older',
  },
  {
    name: 'static-inject-older',
    title: 'static inject, older decorators',
    source: 'static-inject.ts',
    decorators: 'older',
  },
  {
    name: 'static-inject-tc39',
    title: 'static inject, TC39 decorators',
    source: 'static-inject.ts',
    decorators: 'tc39',
  },
  { name: 'no-decorators', title: 'no decorators', source: 'no-decorators.ts', decorators: 'tc39' },
  {
    name: 'options-forgotten',
    title: 'constructor types, experimentalDecorators forgotten',
    source: 'constructor-types.ts',
    decorators: 'tc39',
  },
];
