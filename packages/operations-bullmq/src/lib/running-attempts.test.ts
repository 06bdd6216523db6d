import type { Job } from 'bullmq';
import { expect } from 'chai';
import { RunningAttempt } from './running-attempt.js';
import { RunningAttempts } from './running-attempts.js';

/** An attempt at `op_a`; nothing is asked of its job but the id. */
const attemptAt = (number: number) => new RunningAttempt({ id: 'op_a' } as Job, 'count', `token ${number}`, number);

describe('RunningAttempts', () => {
  it('stops the earlier attempt where the later one runs in the same process', () => {
    const running = new RunningAttempts();
    const [first, second] = [attemptAt(1), attemptAt(2)];
    running.add(first);
    running.add(second);
    expect([first.signal.reason, second.signal.aborted]).to.deep.equal(['lost', false]);
    running.delete(first);
    expect(running.latest('op_a')).to.equal(second);
    expect([...running]).to.deep.equal([second]);
  });

  it('tells when none runs any more, or that some still do', async () => {
    const running = new RunningAttempts();
    expect(await running.whenNone(0)).to.equal(true);
    const attempt = attemptAt(1);
    running.add(attempt);
    expect(await running.whenNone(5)).to.equal(false);
    const none = running.whenNone(60_000);
    running.delete(attempt);
    expect(await none).to.equal(true);
  });
});
