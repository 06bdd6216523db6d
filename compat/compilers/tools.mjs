import { join } from 'node:path';
import { command, fileOf, node, versionOf } from './installed.mjs';

/**
 * What turns the application into something that runs. Its commands run in the folder of a project, whose `tsconfig.json` says
 * which decorators are meant.
 *
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} title heading of its row
 * @property {(decorators: import('./forms.mjs').Form['decorators']) => readonly string[]} [build] what compiles
 * @property {readonly string[]} start what serves
 */

/** @type {readonly Tool[]} */
export const tools = [
  {
    name: 'tsc',
    title: `tsc ${versionOf('typescript')}`,
    build: () => [command('tsc'), '--project', '.'],
    start: [node, 'out/main.js'],
  },
  { name: 'tsx', title: `tsx ${versionOf('tsx')}`, start: [command('tsx'), 'main.ts'] },
  {
    name: 'esbuild',
    title: `esbuild ${versionOf('esbuild')}`,
    build: () => [
      command('esbuild'),
      'main.ts',
      '--bundle',
      '--packages=external',
      '--platform=node',
      '--format=esm',
      // Without a target it leaves TC39 decorators as they are, for engines that do not exist.
      '--target=es2022',
      '--outdir=out',
    ],
    start: [node, 'out/main.js'],
  },
  {
    name: 'swc',
    title: `swc ${versionOf('@swc/core')}`,
    build: (decorators) => [node, join(import.meta.dirname, 'build-with-swc.mjs'), decorators],
    start: [node, 'out/main.js'],
  },
  {
    name: 'vite',
    title: `Vite ${versionOf('vite')}, server build`,
    build: () => [command('vite'), 'build', '--ssr', 'main.ts', '--outDir', 'out'],
    start: [node, 'out/main.js'],
  },
  { name: 'bun', title: `Bun ${versionOf('bun')}`, start: [fileOf('bun', 'bin/bun'), 'main.ts'] },
  {
    name: 'deno',
    title: `Deno ${versionOf('deno')}`,
    start: [fileOf('deno', 'deno'), 'run', '--allow-all', '--no-remote', 'main.ts'],
  },
  ...['node22', 'node24', 'node26'].map((alias) => ({
    name: alias,
    title: `Node ${versionOf(alias)}, type stripping`,
    start: [fileOf(alias, 'bin/node'), 'main.ts'],
  })),
];
