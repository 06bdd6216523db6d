import { inCompat, versionOf } from './runtime.mjs';

/** @import { Runtime } from './runtime.mjs' */

const show = inCompat('worker/show-behaviours.mjs');

/** Called from the Node this runs on, since a Worker starts no program and opens no socket. @type {Runtime} */
export const workerd = {
  name: 'workerd',
  version: versionOf('workerd'),
  modules: [show],
  command: (module) => [process.execPath, module],
};
