import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AdapterHost } from '../host.js';

/** The root of the repository, seen from the compiled file. */
export const root: string = join(import.meta.dirname, '../../../../..');

const NAME = 'contract-host.test-support';

/**
 * The hosts of all packages of this repository, each in the file that its contract test takes it from.
 *
 * @throws Error when a package has such a file that has not been compiled
 */
export async function contractHosts(): Promise<readonly AdapterHost[]> {
  const hosts: AdapterHost[] = [];
  for (const name of readdirSync(join(root, 'packages')).sort()) {
    const folder = join(root, 'packages', name);
    if (!existsSync(join(folder, `src/${NAME}.ts`))) continue;
    const file = join(folder, `dist/${NAME}.js`);
    if (!existsSync(file))
      throw new Error(`The hosts of packages/${name} have not been compiled; run "npm run build" first`);
    const found = (await import(pathToFileURL(file).href)) as { readonly contractHosts: readonly AdapterHost[] };
    hosts.push(...found.contractHosts);
  }
  return hosts;
}
