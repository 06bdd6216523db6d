import { expect } from 'chai';
import worker from './edge.js';

describe('samples/edge', () => {
  it('answers a web-standard request', async () => {
    const response = await worker.fetch(new Request('http://localhost/hello/Ann'));

    expect(await response.text()).to.equal('Hello, Ann');
  });
});
