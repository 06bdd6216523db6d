import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program some tests need that the workspace does not install. */
export type ProgramName = 'chromium' | 'redis' | 'nginx' | 'bun' | 'deno' | 'esbuild' | 'workerd';

interface Program {
  /** File names the program goes by, in the order they are tried. */
  readonly files: readonly string[];
  /** What a reader of the notice can type to get it. */
  readonly install: string;
}

const COMPAT = 'npm ci --prefix compat';

const programs: Readonly<Record<ProgramName, Program>> = {
  chromium: { files: ['chromium', 'chromium-browser', 'google-chrome'], install: 'apt-get install -y chromium' },
  redis: { files: ['redis-server'], install: 'apt-get install -y redis-server' },
  nginx: { files: ['nginx'], install: 'apt-get install -y nginx-light' },
  bun: { files: ['bun'], install: COMPAT },
  deno: { files: ['deno'], install: COMPAT },
  esbuild: { files: ['esbuild'], install: COMPAT },
  workerd: { files: ['workerd'], install: COMPAT },
};

/** Where the compatibility table has its runtimes and tools. */
const RUNTIMES = ['.bin', 'bun/bin', 'deno', 'workerd/bin'].map((folder) =>
  fileURLToPath(new URL(`../../../../compat/node_modules/${folder}`, import.meta.url)),
);

/**
 * Gives the full path of a program, or skips the calling test or suite with a notice that says how to install it.
 *
 * Call it in a `before` hook or a test, with mocha's `this`. Names listed in the environment variable
 * `VERBENA_REQUIRE` (comma separated) are never skipped.
 *
 * @throws Error when the program is missing and `VERBENA_REQUIRE` names it.
 */
export function requireProgram(context: Mocha.Context, name: ProgramName): string {
  const path = findProgram(name);
  if (path !== undefined) return path;

  const { files, install } = programs[name];
  const missing = `found no ${files.join(', ')} on the PATH; install it with: ${install}`;
  const required = (process.env['VERBENA_REQUIRE'] ?? '').split(',').map((word) => word.trim());
  if (required.includes(name)) throw new Error(`VERBENA_REQUIRE names ${name}, but ${missing}`);

  console.error(`\n  SKIPPED, ${name} is missing: ${missing}\n`);
  return context.skip();
}

function findProgram(name: ProgramName): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), ...RUNTIMES];
  const candidates = programs[name].files.flatMap((file) => folders.map((folder) => join(folder, file)));
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
