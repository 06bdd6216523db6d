import { fetchModule, inCompat, versionOf } from './runtime.mjs';

/** @import { Runtime } from './runtime.mjs' */

const adapters = ['koa', 'express', 'fastify', 'node'];

/** Every release line of Node that Verbena supports. @type {readonly Runtime[]} */
export const nodes = ['20', '22', '24', '26'].map((line) => ({
  name: `Node ${line}`,
  version: versionOf(`node${line}`),
  modules: [
    fetchModule,
    ...adapters.map((name) => inCompat(`../packages/${name}/dist/contract-host.test-support.js`)),
    inCompat('hosts/hono.mjs'),
  ],
  command: (module) => [
    inCompat(`node_modules/node${line}/bin/node`),
    '--enable-source-maps',
    inCompat('show-behaviours.mjs'),
    `Node ${line}`,
    module,
  ],
}));
