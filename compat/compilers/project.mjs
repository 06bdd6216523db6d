import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const application = join(import.meta.dirname, 'application');
const shared = ['catalogue.ts', 'serve.ts'];

/**
 * Writes one form of the application as a project of its own, as an author has it: sources, `package.json`, and a
 * `tsconfig.json` that says which decorators are meant.
 *
 * @param {import('./tools.mjs').Tool} tool
 * @param {import('./forms.mjs').Form} form
 * @returns {string} its folder
 */
export function writeProject(tool, form) {
  const folder = join(import.meta.dirname, 'dist', tool.name, form.name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of shared) copyFileSync(join(application, file), join(folder, file));
  copyFileSync(join(application, form.source), join(folder, 'main.ts'));
  writeJson(join(folder, 'package.json'), { private: true, type: 'module' });
  writeJson(join(folder, 'tsconfig.json'), { compilerOptions: compilerOptionsFor(form), files: ['main.ts'] });
  return folder;
}

function compilerOptionsFor(/** @type {import('./forms.mjs').Form} */ form) {
  return {
    target: 'ES2022',
    module: 'NodeNext',
    lib: ['ES2023', 'ESNext.Disposable', 'ESNext.Decorators', 'DOM'],
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    // Type stripping wants the names of the files as they are; what is compiled must name what was written.
    rewriteRelativeImportExtensions: true,
    outDir: 'out',
    ...(form.decorators === 'older' && { experimentalDecorators: true, emitDecoratorMetadata: true }),
  };
}

function writeJson(/** @type {string} */ file, /** @type {unknown} */ value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
