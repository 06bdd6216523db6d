/**
 * Compiles the project in the current folder with swc, which reads no `tsconfig.json`.
 *
 * Usage: node build-with-swc.mjs older|tc39
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { transformFile } from '@swc/core';

const transform =
  process.argv[2] === 'older'
    ? { legacyDecorator: true, decoratorMetadata: true }
    : { decoratorVersion: /** @type {const} */ ('2023-11') };

mkdirSync('out', { recursive: true });
for (const file of readdirSync('.').filter((name) => name.endsWith('.ts'))) {
  const { code } = await transformFile(file, {
    swcrc: false,
    module: { type: 'es6' },
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform,
      rewriteRelativeImportExtensions: true,
    },
  });
  writeFileSync(`out/${file.replace(/\.ts$/, '.js')}`, code);
}
