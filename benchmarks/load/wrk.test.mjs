import { expect } from 'chai';
import { rateIn } from './wrk.mjs';

describe('rateIn', () => {
  it('reads the requests a second', () => {
    expect(rateIn('  2 requests\nRequests/sec:  12345.67\n')).to.equal(12345.67);
  });

  it('refuses a run with answers that were errors, or none', () => {
    expect(() => rateIn('Requests/sec: 9\n  Non-2xx or 3xx responses: 4\n')).to.throw(/wrong/);
    expect(() => rateIn('  Socket errors: connect 0, read 3\nRequests/sec: 9\n')).to.throw(/missing/);
    expect(() => rateIn('')).to.throw(/wrk found/);
  });
});
