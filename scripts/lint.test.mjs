import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Files that keep every rule: the lint must stay silent on them. */
const sound = {
  'packages/core/src/index.ts': `export { one } from './lib/one.js';\n`,
  'packages/core/src/lib/one.ts': `export const one: number = 1;\n`,
  'packages/core/src/lib/injection/tsyringe.ts': `export { container } from 'tsyringe';\n`,
  'packages/core/src/lib/injection/scope.test.ts': `export { container } from 'tsyringe';\nexport { one } from '../../index.js';\n`,
  'packages/client/src/lib/one.ts': `export const one: number = 1;\n`,
  'packages/client/src/element.ts': `export { one } from './lib/one.js';\n`,
  'packages/client/src/lib/one.test.ts': `export * from '@verbena/test-programs';\n`,
  'packages/koa/src/lib/entries.ts': `export * from '@verbena/core';\nexport * from '@verbena/core/adapter';\n`,
  'packages/koa/src/lib/host.ts': `export type { Context } from 'koa';\n`,
  'packages/koa/src/contract-host.test-support.ts': `export * from '@verbena/adapter-tests';\nexport { one } from './index.js';\n`,
  'packages/operations-bullmq/src/lib/entries.ts': `export * from '@verbena/operations/driver';\nexport { Operations } from '@verbena/operations';\n`,
  'packages/koa/src/index.ts': `export const one: number = 1;\n`,
  'packages/koa/src/lib/contract.test.ts': `export * from '@verbena/adapter-tests';\n`,
  'docs/samples/sample.ts': `export * from '@verbena/core';\nexport * from 'tsyringe';\n`,
};

/** Files that each break one rule, with the rule that must report them. */
const faults = {
  'packages/core/src/lib/cycle-a.ts': [
    'import(no-cycle)',
    `import type { B } from './cycle-b.js';\nexport type A = B | 1;\n`,
  ],
  'packages/core/src/lib/cycle-b.ts': [
    'import(no-cycle)',
    `import type { A } from './cycle-a.js';\nexport type B = A[];\n`,
  ],
  'packages/core/src/lib/from-index.ts': ['eslint(no-restricted-imports)', `export { one } from '../index.js';\n`],
  'packages/core/src/lib/injection.ts': [
    'eslint(no-restricted-imports)',
    `import { container } from 'tsyringe';\nexport default container;\n`,
  ],
  'packages/core/src/lib/framework.ts': ['eslint(no-restricted-imports)', `export type { Context } from 'koa';\n`],
  'packages/core/src/lib/page.ts': ['eslint(no-restricted-globals)', `export const title: string = document.title;\n`],
  'packages/core/src/lib/upwards.ts': ['eslint(no-restricted-imports)', `export type * from '@verbena/koa';\n`],
  'packages/core/src/lib/promise.ts': ['typescript(no-floating-promises)', `Promise.resolve(1);\n`],
  'packages/koa/src/lib/sideways.ts': [
    'eslint(no-restricted-imports)',
    `export type * from '@verbena/adapter-tests';\n`,
  ],
  'packages/koa/src/lib/files.ts': ['eslint(no-restricted-imports)', `export type * from '@verbena/core/files';\n`],
  'packages/koa/src/lib/private.ts': [
    'eslint(no-restricted-imports)',
    `export type * from '../../../core/src/lib/one.js';\n`,
  ],
  'packages/koa/src/lib/other-host.ts': ['eslint(no-restricted-imports)', `export type * from 'express';\n`],
  'packages/express/src/lib/other-host.ts': ['eslint(no-restricted-imports)', `export type * from 'koa';\n`],
  'packages/express/src/lib/sideways.ts': ['eslint(no-restricted-imports)', `export type * from '@verbena/koa';\n`],
  'packages/fastify/src/lib/other-host.ts': ['eslint(no-restricted-imports)', `export type * from 'express';\n`],
  'packages/fastify/src/lib/sideways.ts': ['eslint(no-restricted-imports)', `export type * from '@verbena/koa';\n`],
  'packages/node/src/lib/other-host.ts': ['eslint(no-restricted-imports)', `export type * from 'fastify';\n`],
  'packages/node/src/lib/sideways.ts': ['eslint(no-restricted-imports)', `export type * from '@verbena/koa';\n`],
  'packages/operations-bullmq/src/lib/upwards.ts': [
    'eslint(no-restricted-imports)',
    `export type * from '@verbena/core';\n`,
  ],
  'packages/operations-bullmq/src/lib/host.ts': ['eslint(no-restricted-imports)', `export type * from 'koa';\n`],
  'packages/client/src/lib/bare.ts': ['eslint(no-restricted-imports)', `export type * from '@verbena/core';\n`],
  'packages/later/src/lib/from-index.ts': ['eslint(no-restricted-imports)', `export type * from '../index.js';\n`],
  'docs/samples/private.ts': ['eslint(no-restricted-imports)', `export * from '../../packages/core/src/lib/one.js';\n`],
  'examples/classic/src/private.ts': [
    'eslint(no-restricted-imports)',
    `export * from '../../../packages/core/dist/index.js';\n`,
  ],
};

describe('lint', function () {
  this.timeout(20_000);
  /** @type {string} */
  let folder;
  /** @type {{ filename: string, code: string }[]} */
  let diagnostics;

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'verbena-lint-')));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
    copyFileSync(join(root, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
    write('tsconfig.json', '{ "extends": "./tsconfig.base.json", "include": ["packages", "docs", "examples"] }');
    for (const [file, text] of Object.entries(sound)) write(file, text);
    for (const [file, [, text]] of Object.entries(faults)) write(file, text);

    const bin = join(root, 'node_modules/.bin/oxlint');
    const { stdout, stderr } = spawnSync(bin, ['--format', 'json', 'packages', 'docs', 'examples'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stdout, stderr).to.match(/^\{/);
    diagnostics = JSON.parse(stdout).diagnostics;
  });

  after(() => rmSync(folder, { recursive: true }));

  function write(file, text) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }

  const rulesBrokenIn = (file) => diagnostics.filter(({ filename }) => filename === file).map(({ code }) => code);

  for (const file of Object.keys(sound)) {
    it(`accepts ${file}`, () => expect(rulesBrokenIn(file)).to.deep.equal([]));
  }

  for (const [file, [rule]] of Object.entries(faults)) {
    it(`reports ${rule} in ${file}`, () => expect(rulesBrokenIn(file)).to.deep.equal([rule]));
  }
});
