import { expect } from 'chai';
import { runWorker } from './run-worker.js';

describe('runWorker', () => {
  it('hands on how many threads there may be', () => {
    const options = { operations: [], connection: 'redis://127.0.0.1:1', ownerSecret: 'secret', maxThreads: 0 };
    expect(() => runWorker(options)).to.throw(RangeError, 'maxThreads is 0');
  });
});
