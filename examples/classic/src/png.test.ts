import { expect } from 'chai';
import { crc32, inflateSync } from 'node:zlib';
import { encodePng } from './png.js';

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
  readonly sum: number;
  readonly expectedSum: number;
}

function chunksOf(png: Uint8Array): readonly Chunk[] {
  const bytes = Buffer.from(png);
  const chunks: Chunk[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const end = at + 8 + length;
    chunks.push({
      type: bytes.toString('latin1', at + 4, at + 8),
      data: bytes.subarray(at + 8, end),
      sum: bytes.readUInt32BE(end),
      expectedSum: crc32(bytes.subarray(at + 4, end)),
    });
    at = end + 4;
  }
  return chunks;
}

describe('encodePng', () => {
  // Two rows of one pixel.
  const pixels = Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 0);

  it('begins with the signature of PNG and has its chunks in order, each with its checksum', async () => {
    const png = await encodePng(1, pixels);
    expect(Buffer.from(png.subarray(1, 4)).toString()).to.equal('PNG');
    const chunks = chunksOf(png);
    expect(chunks.map(({ type }) => type)).to.deep.equal(['IHDR', 'IDAT', 'IEND']);
    for (const { sum, expectedSum } of chunks) expect(sum).to.equal(expectedSum);
  });

  it('states width and height, and keeps every pixel', async () => {
    const [header, data] = chunksOf(await encodePng(1, pixels));
    expect([header?.data.readUInt32BE(0), header?.data.readUInt32BE(4)]).to.deep.equal([1, 2]);
    expect([...inflateSync(data?.data ?? '')]).to.deep.equal([0, 1, 2, 3, 255, 0, 4, 5, 6, 0]);
  });
});
