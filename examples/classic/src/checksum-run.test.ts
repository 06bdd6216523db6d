import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ChecksumRun } from './checksum-run.js';
import { Pace } from './pace.js';
import { until } from './until.js';
import { SteppedPace } from './stepped-pace.js';

const file = fileURLToPath(import.meta.url);
const { signal: never } = new AbortController();

function unexpected(error: unknown): never {
  throw error;
}

describe('ChecksumRun', () => {
  it('goes from 0 to 100, slice by slice', async () => {
    const pace = new SteppedPace();
    const run = new ChecksumRun(file, pace, never, unexpected);
    expect(run.progress).to.equal(0);
    pace.allow(50);
    await until(() => run.progress >= 50);
    expect(run.progress).to.be.below(60);
    expect(run.isRunning).to.equal(true);
    pace.letGo();
    await run.over;
    expect(run.progress).to.equal(100);
    expect(run.isRunning).to.equal(false);
  });

  it('finds the checksum of the file', async () => {
    const run = new ChecksumRun(file, new Pace(0), never, unexpected);
    await run.over;
    const content = readFileSync(file);
    expect(run.checksum).to.deep.equal({
      file: 'checksum-run.test.js',
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
  });

  it('tells of a failure and has NaN for progress then', async () => {
    const errors: unknown[] = [];
    const run = new ChecksumRun(`${file}.missing`, new Pace(0), never, (error) => errors.push(error));
    await run.over;
    expect(run.progress).to.be.NaN;
    expect(errors).to.have.lengthOf(1);
    expect(errors[0]).to.have.property('code', 'ENOENT');
  });

  it('stops when it is aborted, which is no failure', async () => {
    const controller = new AbortController();
    const run = new ChecksumRun(file, new SteppedPace(), controller.signal, unexpected);
    controller.abort();
    await run.over;
    expect(run.progress).to.be.NaN;
  });
});
