import { expect } from 'chai';
import { answeredIn } from './wrk.mjs';

describe('answeredIn', () => {
  it('reads how many there were, and how many a second', () => {
    expect(answeredIn('  12591 requests in 1.02s, 2.1MB read\nRequests/sec:  12345.67\n')).to.deep.equal({
      count: 12591,
      perSecond: 12345.67,
    });
  });

  it('refuses a run with answers that were errors, or none', () => {
    expect(() => answeredIn('  9 requests in 1.00s\nRequests/sec: 9\n  Non-2xx or 3xx responses: 4\n')).to.throw(
      /wrong/,
    );
    expect(() => answeredIn('  9 requests in 1.00s\n  Socket errors: connect 0, read 3\nRequests/sec: 9\n')).to.throw(
      /missing/,
    );
    expect(() => answeredIn('')).to.throw(/wrk found/);
  });
});
