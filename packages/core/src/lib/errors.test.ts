import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { DeclarationError, errorCodes, StartupError, VerbenaError } from './errors.js';
import { HttpException } from './http-exception.js';

/** The texts of core's tests, but for this one. */
function testSources(): readonly string[] {
  // Compiled tests run from dist/lib.
  const folder = fileURLToPath(new URL('../..', import.meta.url));
  return ['src', 'test-standard'].flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts') && !file.endsWith('errors.test.ts'))
      .map((file) => readFileSync(join(folder, name, file), 'utf8')),
  );
}

describe('errorCodes', () => {
  it('are each asserted by a test of this package', () => {
    const sources = testSources();
    expect(sources.length).to.be.greaterThan(10);
    const unasserted = Object.keys(errorCodes).filter(
      (code) => !sources.some((source) => source.includes(`'${code}'`)),
    );
    expect(unasserted).to.deep.equal([]);
  });

  it('say what each of them means', () => {
    for (const [code, meaning] of Object.entries(errorCodes)) {
      expect(code).to.match(/^[a-z]+(?:-[a-z]+)*$/);
      expect(meaning).to.match(/^[a-z].{20,}[^.]$/, code);
    }
  });
});

describe('VerbenaError', () => {
  it('is the root of every error this package throws on its own account', () => {
    const cause = new Error('below');
    const error = new VerbenaError('bad-choice', 'text', { cause });
    expect(error).to.include({ name: 'VerbenaError', code: 'bad-choice', message: 'text', cause });
    expect(new DeclarationError('bad-pattern', 'Orders', 'text')).to.be.an.instanceOf(VerbenaError);
    expect(new StartupError([])).to.be.an.instanceOf(VerbenaError);
    expect(new HttpException(404)).to.be.an.instanceOf(VerbenaError);
    expect(new HttpException(404).code).to.equal('http-exception');
  });
});

describe('DeclarationError', () => {
  it('has the stack of the place it was declared at', () => {
    const place = {
      stack: 'Error\n    at Object.<anonymous> (file:///app/orders.js:3:1)\n    at next (file:///x.js:1:1)',
    };
    const error = new DeclarationError('bad-pattern', 'Orders', 'is wrong', place);
    expect(error.stack).to.equal(
      'DeclarationError: Orders is wrong\n    at Object.<anonymous> (file:///app/orders.js:3:1)\n    at next (file:///x.js:1:1)',
    );
    expect(error.declaredAt).to.equal('Object.<anonymous> (file:///app/orders.js:3:1)');
  });

  it('keeps its own stack where the place is unknown, or written otherwise', () => {
    for (const place of [undefined, {}, { stack: 'show@file:///app/orders.js:3:1' }]) {
      const error = new DeclarationError('bad-pattern', 'Orders', 'is wrong', place);
      expect(error.declaredAt).to.equal(undefined);
      expect(error.stack).to.contain('errors.test.');
    }
  });
});

describe('StartupError', () => {
  it('tells no place for a fault whose declaration is unknown', () => {
    const { message } = new StartupError([new DeclarationError('not-declared', 'Orders', 'is listed')]);
    expect(message).to.equal('One fault in the declared handlers\n  Orders: is listed');
  });
});
