import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect } from 'chai';
import { InvalidInputError, operationErrorCodes, OperationsError, OperationsStartupError } from './errors.js';

/** The texts of this package's tests, but for this one. */
function testSources(): readonly string[] {
  // Compiled tests run from dist/lib.
  const folder = fileURLToPath(new URL('../../src', import.meta.url));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.test\.ts$|behaviours\/.*\.ts$/.test(file) && !file.endsWith('errors.test.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
}

describe('operationErrorCodes', () => {
  it('are each asserted by a test of this package', () => {
    const sources = testSources();
    expect(sources.length).to.be.greaterThan(10);
    const unasserted = Object.keys(operationErrorCodes).filter(
      (code) => !sources.some((source) => source.includes(`'${code}'`)),
    );
    expect(unasserted).to.deep.equal([]);
  });

  it('say what each of them means', () => {
    for (const [code, meaning] of Object.entries(operationErrorCodes)) {
      expect(code).to.match(/^[a-z]+(?:-[a-z]+)*$/);
      expect(meaning).to.match(/^[a-z].{20,}[^.]$/, code);
    }
  });
});

describe('OperationsError', () => {
  it('is the root of every error this package throws on its own account', () => {
    expect(new InvalidInputError('kind', [])).to.be.an.instanceOf(OperationsError);
    expect(new OperationsStartupError([])).to.be.an.instanceOf(OperationsError);
  });
});

describe('InvalidInputError', () => {
  it('says where the input is wrong', () => {
    const { message } = new InvalidInputError('import', [
      { message: 'Expected a number', path: ['rows', 3, 'size'] },
      { message: 'Expected an object', path: [] },
    ]);
    expect(message).to.equal(
      'The input of "import" was refused\n  rows.3.size: Expected a number\n  (input): Expected an object',
    );
  });
});
