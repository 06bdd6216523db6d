import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const folder = join(import.meta.dirname, '..');

/** The same small program for each, and all that core has. */
const programs = {
  'a handler on @verbena/core': `
    import { createApp, defineHandler } from '@verbena/core';
    const hello = defineHandler('GET /hello/:name', ({ request }) => 'Hello, ' + request.params.name);
    export default { fetch: createApp({ handlers: [hello] }).fetch };`,
  'all of @verbena/core': `export * from '@verbena/core';`,
  'a handler on h3': `
    import { H3 } from 'h3';
    export default { fetch: new H3().get('/hello/:name', (event) => 'Hello, ' + event.context.params.name).fetch };`,
  'a handler on Hono': `
    import { Hono } from 'hono';
    export default new Hono().get('/hello/:name', (c) => c.text('Hello, ' + c.req.param('name')));`,
};

/**
 * What a program weighs.
 *
 * @typedef {object} Weight
 * @property {number} minified bytes that are loaded when it starts
 * @property {number} gzipped
 * @property {number} laterGzipped bytes that are loaded when they are first needed
 * @property {Record<string, { minified: number, gzipped: number }>} modules of what is loaded when it starts; gzipped by share
 */

/**
 * Programs bundled for the edge, minified, with all they need: tsyringe and reflect-metadata too.
 *
 * @returns {Promise<Record<string, Weight>>}
 */
export async function weigh() {
  const entries = Object.entries(programs).map(async ([title, contents]) => [title, await weightOf(contents)]);
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * @param {string} contents of a module
 * @returns {Promise<Weight>}
 */
export async function weightOf(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: folder },
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    // Those of a build by Vite for Workers.
    conditions: ['workerd', 'worker', 'module', 'browser'],
    target: 'es2022',
    outdir: 'out',
    write: false,
    metafile: true,
  });
  const gzipped = new Map(
    outputFiles.map(({ path, contents: bytes }) => [
      path.slice(folder.length + 1),
      gzipSync(bytes, { level: 9 }).length,
    ]),
  );
  const atStart = loadedWith('out/stdin.js', metafile.outputs);
  /** @type {Weight} */
  const weight = { minified: 0, gzipped: 0, laterGzipped: 0, modules: {} };
  for (const [path, { bytes, inputs }] of Object.entries(metafile.outputs)) {
    if (!atStart.has(path)) {
      weight.laterGzipped += gzipped.get(path);
      continue;
    }
    weight.minified += bytes;
    weight.gzipped += gzipped.get(path);
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const share = Math.round((gzipped.get(path) * bytesInOutput) / bytes);
      if (bytesInOutput > 0) weight.modules[file] = { minified: bytesInOutput, gzipped: share };
    }
  }
  return weight;
}

/** A file and all it imports by statements, which are loaded with it. */
function loadedWith(path, outputs, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: imported, kind } of outputs[path].imports) {
    if (kind === 'import-statement') loadedWith(imported, outputs, found);
  }
  return found;
}
