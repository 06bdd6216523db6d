import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Place, readRows, type Row } from './csv-rows.js';
import { temporaryFolder } from './testing/folder.js';

async function allRows(path: string, from?: Place): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(path, from)) rows.push(row);
  return rows;
}

describe('readRows', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    path = join(folder, 'file.csv');
  });

  afterEach(() => rm(folder, { recursive: true }));

  for (const [what, text] of [
    ['of Unix', 'a,b\n1,"x\ny"\n2,é\n\n3,z\n'],
    ['of Windows', 'a,b\r\n1,"x\r\ny"\r\n2,é\r\n3,z'],
    ['with a byte order mark', '\ufeffa,b\n1,"x\ny"\n2,é\n3,z\n'],
  ] as const) {
    it(`goes on behind any row of a file ${what} as if it had read all of it`, async () => {
      await writeFile(path, text);
      const rows = await allRows(path);
      expect(rows.map(({ cells }) => cells[0])).to.deep.equal(['a', '1', '2', '3']);
      expect(rows.at(-1)?.bytes).to.equal(Buffer.byteLength(text));
      for (const [index, row] of rows.entries()) {
        expect(await allRows(path, row), `behind row ${index}`).to.deep.equal(rows.slice(index + 1));
      }
    });
  }
});
