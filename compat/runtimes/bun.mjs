import { fetchModule, inCompat, versionOf } from './runtime.mjs';

/** @import { Runtime } from './runtime.mjs' */

/** @type {Runtime} */
export const bun = {
  name: 'Bun',
  version: versionOf('bun'),
  modules: [fetchModule, inCompat('hosts/bun-serve.mjs')],
  command: (module) => [inCompat('node_modules/bun/bin/bun'), inCompat('show-behaviours.mjs'), 'Bun', module],
};
