import { fetchModule, inCompat, versionOf } from './runtime.mjs';

/** @import { Runtime } from './runtime.mjs' */

/** @type {Runtime} */
export const deno = {
  name: 'Deno',
  version: versionOf('deno'),
  modules: [fetchModule, inCompat('hosts/deno-serve.mjs')],
  command: (module) => [
    inCompat('node_modules/deno/deno'),
    'run',
    '--allow-all',
    '--no-lock',
    inCompat('show-behaviours.mjs'),
    'Deno',
    module,
  ],
};
