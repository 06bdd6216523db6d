import { expect } from 'chai';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireProgram } from './require-program.js';

class Skipped extends Error {}

/** Stands for mocha's `this`: it skips by throwing, as mocha does. */
const context = {
  skip(): never {
    throw new Skipped();
  },
} as unknown as Mocha.Context;

describe('requireProgram', () => {
  const { PATH, VERBENA_REQUIRE } = process.env;
  const { error } = console;
  let folder: string;
  let notices: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'verbena-programs-'));
    notices = [];
    process.env['PATH'] = folder;
    delete process.env['VERBENA_REQUIRE'];
    console.error = (notice: string) => notices.push(notice);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
    process.env['PATH'] = PATH;
    if (VERBENA_REQUIRE === undefined) delete process.env['VERBENA_REQUIRE'];
    else process.env['VERBENA_REQUIRE'] = VERBENA_REQUIRE;
    console.error = error;
  });

  function install(file: string, mode = 0o755): string {
    const path = join(folder, file);
    writeFileSync(path, '');
    chmodSync(path, mode);
    return path;
  }

  it('gives the path of the program on the PATH', () => {
    const path = install('redis-server');
    expect(requireProgram(context, 'redis')).to.equal(path);
  });

  it('knows the other names a program goes by', () => {
    const path = install('google-chrome');
    expect(requireProgram(context, 'chromium')).to.equal(path);
  });

  it('does not take a file that cannot be executed', function () {
    if (process.platform === 'win32') this.skip();
    install('redis-server', 0o644);
    expect(() => requireProgram(context, 'redis')).to.throw(Skipped);
  });

  it('skips with a notice that says how to install it', () => {
    expect(() => requireProgram(context, 'chromium')).to.throw(Skipped);
    expect(notices.join()).to.include('apt-get install -y chromium');
  });

  it('fails instead of skipping when VERBENA_REQUIRE names the program', () => {
    process.env['VERBENA_REQUIRE'] = 'chromium, redis';
    expect(() => requireProgram(context, 'redis'))
      .to.throw(Error, 'VERBENA_REQUIRE names redis')
      .and.not.instanceOf(Skipped);
  });

  it('still skips a program VERBENA_REQUIRE does not name', () => {
    process.env['VERBENA_REQUIRE'] = 'chromium';
    expect(() => requireProgram(context, 'redis')).to.throw(Skipped);
  });
});
