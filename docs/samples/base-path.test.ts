import { expect } from 'chai';
import { app } from './base-path.js';

describe('samples/base-path', () => {
  async function statusOf(path: string): Promise<number> {
    return (await app.fetch(new Request(`http://localhost${path}`))).status;
  }

  it('anchors templates there, and takes them to the letter', async () => {
    expect(await statusOf('/api/books')).to.equal(200);
    expect(await statusOf('/books')).to.equal(404);
    expect(await statusOf('/api/Books')).to.equal(404);
    expect(await statusOf('/api/books/')).to.equal(404);
  });

  it('leaves wildcard patterns alone', async () => {
    expect(await statusOf('/any/where/health')).to.equal(200);
  });
});
