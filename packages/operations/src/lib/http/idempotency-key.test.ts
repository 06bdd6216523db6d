import { expect } from 'chai';
import { idempotencyKeyIn } from './idempotency-key.js';

describe('idempotencyKeyIn', () => {
  for (const [header, key] of [
    ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['  "a"  ', 'a'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['"a,b;c"', 'a,b;c'],
    ['constructor', 'constructor'],
    [`"${'x'.repeat(128)}"`, 'x'.repeat(128)],
  ] as const) {
    it(`takes ${header.slice(0, 40)}`, () => expect(idempotencyKeyIn(header)).to.equal(key));
  }

  for (const header of [
    '',
    '""',
    '"',
    '"a',
    'a"',
    '"a" "b"',
    '"a"; p=1',
    'a, b',
    'a;b',
    'a b',
    '"a b"',
    '"\\n"',
    '"ä"',
    'ä',
    '\u0000',
    'x'.repeat(129),
    `"${'x'.repeat(129)}"`,
    'x'.repeat(20_000),
  ]) {
    it(`refuses ${JSON.stringify(header.slice(0, 40))}`, () => expect(idempotencyKeyIn(header)).to.equal(undefined));
  }
});
