import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const RGBA = { bitDepth: 8, colourType: 6, compression: 0, filter: 0, interlace: 0 };

/**
 * Writes a picture as PNG (ISO/IEC 15948).
 *
 * @param width in pixels
 * @param pixels rows from the top, four bytes a pixel: red, green, blue, opacity
 */
export async function encodePng(width: number, pixels: Uint8Array): Promise<Uint8Array> {
  const rowBytes = 4 * width;
  const height = pixels.length / rowBytes;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(Object.values(RGBA), 8);
  // Each row is led by the number of its filter; 0 leaves the row as it is.
  const rows = Buffer.alloc(height * (1 + rowBytes));
  for (let row = 0; row < height; row++) {
    rows.set(pixels.subarray(row * rowBytes, (row + 1) * rowBytes), row * (1 + rowBytes) + 1);
  }
  const packed = await promisify(deflate)(rows);
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', new Uint8Array())]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const written = Buffer.alloc(12 + data.length);
  written.writeUInt32BE(data.length, 0);
  written.write(type, 4, 'latin1');
  written.set(data, 8);
  written.writeUInt32BE(crc32(written.subarray(4, 8 + data.length)), 8 + data.length);
  return written;
}
