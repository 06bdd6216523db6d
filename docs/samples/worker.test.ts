import { expect } from 'chai';
import worker from './worker.js';

describe('samples/worker', () => {
  it('sees what the runtime passes beside the request', async () => {
    const response = await worker.fetch(new Request('http://localhost/hello/Ann'), { GREETING: 'Welcome' });

    expect(await response.text()).to.equal('Welcome, Ann');
  });
});
