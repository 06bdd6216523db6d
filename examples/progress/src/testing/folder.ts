import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For tests: a folder of its own, which the test removes. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'verbena-import-'));
}

/** For tests: the numbers of all customers that were imported, in the order of the files; and the names of files that are not whole. */
export async function importedNumbers(
  folder: string,
): Promise<{ readonly numbers: readonly number[]; readonly parts: readonly string[] }> {
  const place = join(folder, 'customers');
  const names = await readdir(place).catch(() => []);
  const whole = names.filter((name) => name.endsWith('.ndjson'));
  const texts = await Promise.all(whole.map((name) => readFile(join(place, name), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
  return {
    numbers: lines.map((line) => (JSON.parse(line) as { readonly number: number }).number),
    parts: names.filter((name) => !name.endsWith('.ndjson')),
  };
}
