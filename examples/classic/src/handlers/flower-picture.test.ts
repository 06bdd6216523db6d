import { expect } from 'chai';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';

describe('FlowerPicture', () => {
  let site: ClassicUnderTest;

  before(async () => {
    site = await startClassicUnderTest();
  });

  after(() => site.close());

  it('answers a PNG of the size asked for', async () => {
    const answer = await site.fetch('/pictures/flower.png?size=48');
    expect(answer.headers.get('content-type')).to.equal('image/png');
    const png = Buffer.from(await answer.arrayBuffer());
    expect(png.subarray(0, 8).toString('hex')).to.equal('89504e470d0a1a0a');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).to.deep.equal([48, 48]);
  });

  for (const size of ['15', '513', '20.5', 'big', '']) {
    it(`refuses the size "${size}" and says which it takes`, async () => {
      const answer = await site.fetch(`/pictures/flower.png?size=${size}`);
      expect(answer.status).to.equal(400);
      expect(await answer.json()).to.include({ detail: 'size takes a whole number from 16 to 512' });
    });
  }
});
