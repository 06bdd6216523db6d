/**
 * What start-up says of a parameter whose type the compiler left out: the class, the parameter, and what to write.
 *
 * @param {string} type name of the class
 * @param {number} position from 1
 * @param {string} name
 */
export function missingType(type, position, name) {
  return (
    `${type}: parameter ${position} (${name}) has no type the container can see: its class has no decorator, or the ` +
    'compiler emits no types; add `static readonly inject = [...] as const` with one class or token for each parameter, ' +
    'or give the parameter @inject(token)'
  );
}

/**
 * What start-up says of `constructor-types.ts` when the compiler emits no types. What only these parameters lead to is not
 * reached.
 *
 * @param {boolean} hasParameterDecorators whether those of parameters, which name a token, were run
 */
export function missingTypes(hasParameterDecorators) {
  return [
    ...(hasParameterDecorators ? [] : [missingType('ShowLibrary', 1, 'name')]),
    missingType('ListBooks', 1, 'catalogue'),
    missingType('AddBook', 1, 'catalogue'),
    missingType('ShowBook', 1, 'catalogue'),
    missingType('CountVisits', 1, 'catalogue'),
    missingType('Lend', 1, 'desk'),
    missingType('Lend', 2, 'journal'),
    missingType('TakeBack', 1, 'journal'),
  ];
}

/** The faults that a start-up error lists in what a program wrote. */
export function faultsIn(/** @type {string} */ output) {
  const [, list = ''] = /StartupError: .*\n((?: {2}.*\n)*)/.exec(output) ?? [];
  return [...list.matchAll(/^ {2}(\w+: \w.*)$/gm)].map(([, fault]) => fault);
}
