import { expect } from 'chai';
import { Pace } from './pace.js';
import { Runs } from './runs.js';
import { SteppedPace } from './stepped-pace.js';

describe('Runs', () => {
  it('finds a run by its id, and none by anything else', async () => {
    const runs = new Runs(new SteppedPace());
    const run = runs.start();
    expect(runs.find(run.id)).to.equal(run);
    expect(runs.find('another')).to.equal(undefined);
    expect(runs.find(undefined)).to.equal(undefined);
    await runs.dispose();
  });

  it('stops every run when it is disposed, and takes their time', async () => {
    const runs = new Runs(new SteppedPace());
    const started = [runs.start(), runs.start()];
    await runs.dispose();
    expect(started.map((run) => run.isRunning)).to.deep.equal([false, false]);
  });

  it('begins nothing after it was disposed', async () => {
    const runs = new Runs(new Pace(0));
    await runs.dispose();
    const run = runs.start();
    await run.over;
    expect(run.progress).to.be.NaN;
  });

  it('forgets the oldest that have ended', async () => {
    const runs = new Runs(new Pace(0));
    await runs.dispose();
    const first = runs.start();
    for (let count = 0; count < 1000; count++) await runs.start().over;
    expect(runs.find(first.id)).to.equal(undefined);
    expect(runs.all).to.have.lengthOf(1000);
  });
});
