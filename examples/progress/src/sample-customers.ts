import { columns } from './customer.js';
import { csvLine } from './refusal-report.js';

const firstNames = [
  'Ada',
  'Björn',
  'Chloé',
  'Dmitri',
  'Elif',
  'Femi',
  'Grace',
  'Hiro',
  'Inés',
  'Jörg',
  'Kamala',
  'Łucja',
];
const lastNames = [
  'Adeyemi',
  'Brandt',
  'Carvalho',
  'Dubois',
  "O'Neill",
  'Fischer',
  'García',
  'Hansen',
  'Ivanova',
  'Sato',
];
const countries = ['AT', 'BR', 'DE', 'ES', 'FR', 'IE', 'JP', 'NG', 'PL', 'SE', 'TR', 'US'];

/** What may be wrong with a row, by column. */
const faults: readonly (readonly [column: number, text: string])[] = [
  [1, ' '],
  [2, 'nobody at example.org'],
  [3, 'Ireland'],
  [4, '1990-02-30'],
  [5, '12,50'],
];

/** How many rows there are for each that is wrong, about. */
const FAULTY_EVERY = 97;

/** The first line; a wrong one has another name for a column. */
export function sampleHeader(header: 'right' | 'wrong'): string {
  return columns.map((column) => (header === 'wrong' && column === 'email' ? 'e-mail' : column)).join(',');
}

/** A row of a file that nobody has typed. The same number gives the same row. */
export function sampleRow(number: number): string {
  const first = pick(firstNames, number);
  const last = pick(lastNames, Math.floor(number / firstNames.length));
  const day = new Date(Date.UTC(1940, 0, 1 + ((number * 37) % 24_000)));
  const cells = [
    String(number),
    number % 11 === 0 ? `${last}, ${first}` : `${first} ${last}`,
    `customer.${number}@example.org`,
    pick(countries, number * 7),
    day.toISOString().slice(0, 10),
    (((number * 7_919) % 1_000_000) / 100 - 2_000).toFixed(2),
  ];
  if (number % FAULTY_EVERY === 0) {
    const [column, text] = pick(faults, number / FAULTY_EVERY);
    cells[column] = text;
  }
  return csvLine(cells);
}

/** How many of the first so many rows are wrong. */
export function faultyAmong(rows: number): number {
  return Math.floor(rows / FAULTY_EVERY);
}

function pick<Item>(items: readonly [Item, ...Item[]] | readonly Item[], index: number): Item {
  // The remainder is the index of one of them.
  return items[index % items.length] as Item;
}
