/**
 * Raises the ranges of our own packages among the peer dependencies to the version just given to the package.
 *
 * lerna raises every other range but leaves peers as they are; since all our packages share one version, the old range
 * would exclude the new release. Runs as the `version` script of each package that has such peers, in its folder.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
for (const name of Object.keys(manifest.peerDependencies)) {
  if (name.startsWith('@verbena/')) manifest.peerDependencies[name] = `^${manifest.version}`;
}
writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
