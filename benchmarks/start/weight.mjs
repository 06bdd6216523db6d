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
 * Bytes of programs bundled for the edge, minified, with all they need: tsyringe and reflect-metadata too.
 *
 * @returns {Promise<Record<string, { minified: number, gzipped: number }>>}
 */
export async function weigh() {
  const entries = Object.entries(programs).map(async ([title, contents]) => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: folder },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['worker', 'browser', 'import'],
      target: 'es2022',
      write: false,
    });
    const [{ contents: bundle }] = outputFiles;
    return [title, { minified: bundle.length, gzipped: gzipSync(bundle, { level: 9 }).length }];
  });
  return Object.fromEntries(await Promise.all(entries));
}
