/**
 * Lists in the lock every optional platform package its dependants name.
 *
 * npm leaves an optional package out of the lock when it was not to be had at the time of the install. `npm ci` then
 * refuses the lock on every machine. A listed package needs no address and no checksum: where its `os`, `cpu` or `libc`
 * does not fit, npm skips it.
 *
 * Usage: node scripts/complete-lock.mjs [package-lock.json]
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** @typedef {{ version?: string, optional?: boolean, dev?: boolean, os?: string[], cpu?: string[], libc?: string[],
 *   optionalDependencies?: Record<string, string> }} Entry an entry of the lock's `packages` */

const knownOs = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const knownCpu = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

const file = process.argv[2] ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
/** @type {Record<string, Entry>} */
const packages = lock.packages;
let added = 0;

for (const [location, entry] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isListed(name, location)) continue;
    const platform = platformOf(name);
    if (platform === undefined || !/^\d/.test(version)) {
      console.warn(`left out ${name}@${version}: its platform or its exact version is not known`);
      continue;
    }
    packages[`node_modules/${name}`] = { version, ...(entry.dev && { dev: true }), optional: true, ...platform };
    added += 1;
  }
}

lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${file}: ${added} platform packages added`);

/**
 * Whether `name` resolves from the package at `location`, looking upwards as Node does.
 *
 * @param {string} name
 * @param {string} location
 * @returns {boolean}
 */
function isListed(name, location) {
  if (`${location}${location && '/'}node_modules/${name}` in packages) return true;
  if (location === '') return false;
  const parent = location.lastIndexOf('/node_modules/');
  return isListed(name, parent < 0 ? '' : location.slice(0, parent));
}

/**
 * What the name of a platform package says about its platform, or undefined when it names none.
 *
 * @param {string} name
 * @returns {Pick<Entry, 'os' | 'cpu' | 'libc'> | undefined}
 */
function platformOf(name) {
  const words = name.split('/').at(-1)?.split(/[-_]/) ?? [];
  const os = knownOs.find((word) => words.includes(word));
  if (os === undefined) return undefined;
  const cpu = knownCpu.find((word) => words.includes(word));
  const isMusl = words.some((word) => word.startsWith('musl'));
  return { os: [os], ...(cpu && { cpu: [cpu] }), ...(os === 'linux' && isMusl && { libc: ['musl'] }) };
}
