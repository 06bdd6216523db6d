/**
 * Checks what would be published: packs each public package and looks at the tarball as a stranger would get it.
 *
 * - publint: the manifest and the files agree
 * - attw: TypeScript finds the types of every entry (ESM only)
 * - the declarations compile as users without `skipLibCheck` read them: `@internal` members are gone, so nothing may name one
 * - no test was packed
 * - every package imported by a packed file is declared; the workspace hides a missing declaration, because everything
 *   is installed in one place
 *
 * Usage: node scripts/check-packages.mjs, after a build
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const tarballs = mkdtempSync(join(tmpdir(), 'verbena-packages-'));
let faults = 0;

try {
  for (const name of readdirSync(join(root, 'packages'))) {
    const folder = join(root, 'packages', name);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (!manifest.private) check(folder, manifest);
  }
} finally {
  rmSync(tarballs, { recursive: true });
}
process.exitCode = faults > 0 ? 1 : 0;

function check(folder, manifest) {
  console.log(`checking ${manifest.name}`);
  const pack = execFileSync('npm', ['pack', '--json', '--pack-destination', tarballs], {
    cwd: folder,
    encoding: 'utf8',
  });
  const { filename, files } = Object.values(JSON.parse(pack))[0];
  const paths = files.map((file) => file.path);
  const tarball = join(tarballs, filename);

  run('publint', tarball, '--strict');
  run('attw', tarball, '--profile', 'esm-only');
  for (const fault of declarationFaults(folder, paths)) report(fault);
  for (const path of paths.filter(isTest)) report(`${manifest.name} packs the test ${path}`);
  for (const path of paths.filter(isOutput)) {
    for (const dependency of undeclared(join(folder, path), manifest)) {
      report(
        `${manifest.name} imports ${dependency} in ${path} but declares it in neither dependencies nor peerDependencies`,
      );
    }
  }
}

function run(tool, ...args) {
  const { status, stdout, stderr } = start(tool, args);
  if (status !== 0) report(`${tool} ${args.join(' ')}\n${stdout}${stderr}`);
}

function start(tool, args) {
  return spawnSync(join(root, 'node_modules/.bin', tool), args, { cwd: root, encoding: 'utf8' });
}

/** What the compiler finds wrong in our declarations, and not in those of others, which do not always agree. */
function declarationFaults(folder, paths) {
  const own = relative(root, folder);
  const files = paths.filter((path) => path.endsWith('.d.ts')).map((path) => join(own, path));
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    'node',
  ];
  const { stdout } = start('tsc', [...options, ...files]);
  return stdout.split('\n').filter((line) => line.startsWith(own));
}

function report(fault) {
  faults += 1;
  console.error(`fault: ${fault}`);
}

function isTest(path) {
  return /\.test(-d)?\.|test-standard\//.test(path);
}

function isOutput(path) {
  return /^dist\/.*\.(js|d\.ts)$/.test(path);
}

/** The packages `file` imports although the manifest declares them nowhere a user's install would look. */
function undeclared(file, { name, dependencies = {}, peerDependencies = {} }) {
  const declared = new Set([name, ...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
  const imported = new Set(
    specifiersIn(readFileSync(file, 'utf8'))
      .filter((one) => !isBuiltin(one))
      .map(packageOf),
  );
  return [...imported].filter((one) => !declared.has(one));
}

/** The bare specifiers of a file written by the compiler, which puts each import on a line of its own. */
function specifiersIn(text) {
  const code = text.split('\n').filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line));
  const statement = /(?:^import |\bfrom )["']([^"'.][^"']*)["'];$/;
  const expression = /\bimport\(["']([^"'.][^"']*)["']\)/g;
  return code.flatMap((line) => [
    ...(statement.exec(line)?.slice(1) ?? []),
    ...[...line.matchAll(expression)].map(([, specifier]) => specifier ?? ''),
  ]);
}

function packageOf(specifier) {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
