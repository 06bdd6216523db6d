import { expect } from 'chai';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';

describe('TrainingFactory', function () {
  this.timeout(10_000);
  let site: ClassicUnderTest;

  before(async () => {
    site = await startClassicUnderTest();
  });

  after(() => site.close());

  async function textFor(method: string): Promise<string> {
    return (await site.fetch('/demo/training/lesson', { method })).text();
  }

  it('chooses the synchronous handler for GET', async () => {
    expect(await textFor('GET')).to.include('Hello from a synchronous custom HTTP handler.');
  });

  it('chooses the synchronous handler for HEAD, which has no body', async () => {
    const answer = await site.fetch('/demo/training/lesson', { method: 'HEAD' });
    expect(answer.status).to.equal(200);
    expect(answer.headers.has('content-length')).to.equal(true);
  });

  it('chooses the asynchronous handler for POST', async () => {
    expect(await textFor('POST')).to.include('Hello from an asynchronous custom HTTP handler.');
  });

  for (const path of ['/demo/training/lesson', '/demo/training/a.sync', '/demo/training/a.async']) {
    it(`leaves PUT ${path} to be refused with 405 and the verbs that are allowed`, async () => {
      const answer = await site.fetch(path, { method: 'PUT' });
      expect(answer.status).to.equal(405);
      expect(answer.headers.get('allow')).to.equal('GET, HEAD, POST');
      expect(answer.headers.get('content-type')).to.equal('application/problem+json');
    });
  }
});
