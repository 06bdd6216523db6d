import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Somewhere the behaviours are tried.
 *
 * @typedef {object} Runtime
 * @property {string} name what reports call it: `Node 22`
 * @property {string} version its exact version
 * @property {readonly string[]} modules files that export `contractHosts`, the hosts to be tried on it
 * @property {(module: string) => readonly string[]} command a program and its arguments; it prints, as
 *   `show-behaviours.mjs` does, what became of each behaviour of the hosts of a module
 */

/**
 * The path of something in this folder.
 *
 * @param {string} path from `compat/`: `node_modules/node22/bin/node`
 * @returns {string}
 */
export function inCompat(path) {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/**
 * The version of an installed package.
 *
 * @param {string} name its name here, which may be an alias
 * @returns {string}
 * @throws {Error} when it is not installed
 */
export function versionOf(name) {
  return JSON.parse(readFileSync(inCompat(`node_modules/${name}/package.json`), 'utf8')).version;
}

/** `app.fetch` called with a `Request`, as the suite itself describes it. */
export const fetchModule = inCompat('../packages/adapter-tests/dist/contract-host.test-support.js');
