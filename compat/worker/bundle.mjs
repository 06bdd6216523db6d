import { build } from 'esbuild';
import { inCompat } from '../runtimes/runtime.mjs';

/**
 * Bundles the suite for a Worker.
 *
 * @param {string} outfile
 */
export async function bundleSuite(outfile) {
  await build({
    entryPoints: [inCompat('worker/suite.mjs')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['cloudflare:*'],
    sourcemap: 'inline',
    logLevel: 'error',
    // Packages in CommonJS ask for modules of Node by `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
    plugins: [
      {
        name: 'client of a Worker',
        setup(bundling) {
          bundling.onResolve({ filter: /\/socket-fetch\.js$/ }, () => ({ path: inCompat('worker/client.mjs') }));
        },
      },
    ],
  });
}
