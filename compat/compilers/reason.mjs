const REASONS = [
  /\berror (TS\d+: .+)/, // tsc
  /\[\w+_ERROR\] (.+)/, // Vite
  /\[?\bERROR\]?:? (.+)/, // esbuild, and so tsx
  /\b(SyntaxError(?: \[\w+\])?: .+)/, // engines, and what strips types for them
];

/**
 * Why a tool failed, in its own words, as short as they can be; nothing when no words of a tool are found.
 *
 * @param {string} output
 */
export function reasonIn(output) {
  const found = REASONS.map((reason) => reason.exec(output)?.[1]).find((text) => text !== undefined);
  if (found === undefined) return undefined;
  const words = found.replace(/ \[\w+\]/, '').replace(/\.?\s*$/, '');
  const character = words.endsWith('unexpected token') ? pointedAt(output) : undefined;
  return character === undefined ? words : `${words} \`${character}\``;
}

/** The character that a line with nothing but a caret points at, in the line above. */
function pointedAt(/** @type {string} */ output) {
  const lines = output.split('\n');
  const caret = lines.findIndex((line) => /^ *\^+ *$/.test(line));
  return lines[caret - 1]?.charAt(lines[caret]?.indexOf('^') ?? -1);
}
