import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const modules = join(import.meta.dirname, '../node_modules');

if (!existsSync(modules)) throw new Error(`Cannot find the tools in ${modules}; run npm ci in compat/ first`);

/** A file of an installed package. */
export function fileOf(/** @type {string} */ name, /** @type {string} */ file) {
  return join(modules, name, file);
}

/** The version of an installed package. */
export function versionOf(/** @type {string} */ name) {
  /** @type {{ version: string }} */
  const { version } = JSON.parse(readFileSync(fileOf(name, 'package.json'), 'utf8'));
  return version;
}

/** A command of an installed package. */
export function command(/** @type {string} */ name) {
  return join(modules, '.bin', name);
}

/** The Node that runs what compilers write. */
export const node = fileOf('node24', 'bin/node');

/** Where commands look for other commands: those that are scripts run on the same Node on every machine. */
export const searchPath = [dirname(node), process.env['PATH']].join(delimiter);
