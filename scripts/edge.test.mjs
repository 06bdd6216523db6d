import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

describe('core on the edge', () => {
  it('compiles without the types of Node', () => {
    const tsc = join(root, 'node_modules/.bin/tsc');
    const files = execFileSync(tsc, ['-p', 'packages/core/tsconfig.src.json', '--listFilesOnly'], {
      cwd: root,
      encoding: 'utf8',
    }).split('\n');
    expect(files.filter((file) => file.includes('/packages/core/src/'))).to.not.be.empty;
    expect(files.filter((file) => file.includes('/@types/node/'))).to.be.empty;
  }).timeout(20_000);
});
