// Removes everything the build wrote, including outputs whose source is gone (which `tsc -b --clean` leaves behind).
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folders = ['packages', 'examples'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => join(root, group, name)),
);

for (const folder of [...folders, join(root, 'docs')]) {
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
}
