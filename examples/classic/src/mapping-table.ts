import type { MappingInfo } from '@verbena/core';
import { styleText } from 'node:util';

/**
 * Lists mappings as a table for a terminal: verb, path, class.
 *
 * @param coloured whether the terminal shows colours
 */
export function mappingTable(mappings: readonly MappingInfo[], coloured: boolean): string {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    coloured ? styleText(format, text, { validateStream: false }) : text;
  const rows = mappings.map(({ verb, path, name, kind }) => ({
    verb: verb === '*' ? 'any' : verb.replaceAll(',', ' '),
    path: [path].flat().join(', '),
    name,
    kind,
  }));
  const verbWidth = widthOf('VERB', ...rows.map(({ verb }) => verb));
  const pathWidth = widthOf('PATH', ...rows.map(({ path }) => path));
  const nameWidth = widthOf('CLASS', ...rows.map(({ name }) => `${name}  factory`));
  const rule = (left: string, middle: string, right: string): string =>
    paint('gray', left + [verbWidth, pathWidth, nameWidth].map((width) => '─'.repeat(width + 2)).join(middle) + right);
  const line = (cells: readonly string[]): string => {
    const bar = paint('gray', '│');
    return `${bar} ${cells.join(` ${bar} `)} ${bar}`;
  };
  return [
    rule('┌', '┬', '┐'),
    line([
      paint('bold', 'VERB'.padEnd(verbWidth)),
      paint('bold', 'PATH'.padEnd(pathWidth)),
      paint('bold', 'CLASS'.padEnd(nameWidth)),
    ]),
    rule('├', '┼', '┤'),
    ...rows.map(({ verb, path, name, kind }) => {
      const note = kind === 'factory' ? 'factory' : '';
      const gap = ' '.repeat(nameWidth - name.length - note.length);
      return line([
        paint('green', verb.padEnd(verbWidth)),
        path.padEnd(pathWidth),
        paint('magenta', name) + gap + paint('gray', note),
      ]);
    }),
    rule('└', '┴', '┘'),
  ].join('\n');
}

function widthOf(...texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}
