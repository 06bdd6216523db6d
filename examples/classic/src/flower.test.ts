import { expect } from 'chai';
import { drawFlower } from './flower.js';

describe('drawFlower', () => {
  const size = 65;
  const pixels = drawFlower(size);

  function pixelAt(x: number, y: number): readonly number[] {
    return [...pixels.subarray(4 * (y * size + x), 4 * (y * size + x) + 4)];
  }

  it('leaves the corners transparent', () => {
    for (const [x, y] of [
      [0, 0],
      [64, 0],
      [0, 64],
      [64, 64],
    ] as const)
      expect(pixelAt(x, y)[3]).to.equal(0);
  });

  it('has a yellow throat within purple petals', () => {
    const [red = 0, green = 0, blue = 0, opacity] = pixelAt(32, 32);
    expect([red, green, blue, opacity]).to.deep.equal([255, 236, 170, 255]);
    const [petalRed = 0, petalGreen = 0, petalBlue = 0, petalOpacity] = pixelAt(32, 12);
    expect(petalBlue).to.be.above(petalRed).and.above(petalGreen);
    expect(petalOpacity).to.equal(255);
  });
});
