import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileOf, writeResults } from './results.mjs';

describe('writeResults', () => {
  it('keeps four digits, and lists of numbers on a line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'verbena-results-'));
    try {
      const file = join(folder, 'new', 'load.json');
      writeResults(file, { rates: [1234.567, 20], names: ['a'] });
      expect(readFileSync(file, 'utf8')).to.equal('{\n  "rates": [1235, 20],\n  "names": [\n    "a"\n  ]\n}\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('fileOf', () => {
  it('keeps short runs apart', () => {
    expect(fileOf('load')).to.match(/results\/load\.json$/);
    expect(fileOf('load', true)).to.match(/results\/short\/load\.json$/);
  });
});
