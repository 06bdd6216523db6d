import { expect } from 'chai';
import { inTime } from './in-time.js';

describe('inTime', () => {
  it('rejects when there is no answer in time', async () => {
    const begun = performance.now();
    const error = await inTime(30, new Promise(() => {})).catch((reason: unknown) => reason as Error);
    expect((error as Error).message).to.equal('No answer for 30 ms');
    expect(performance.now() - begun).to.be.within(25, 500);
  });

  it('gives an answer that was there when the event loop had been blocked for longer', async () => {
    // As with a socket that has something to read: its turn is after that of the timers.
    const answer = new Promise((resolve) => setImmediate(() => resolve('here')));
    const asked = inTime(20, answer);
    const end = performance.now() + 60;
    while (performance.now() < end);
    expect(await asked).to.equal('here');
  });
});
