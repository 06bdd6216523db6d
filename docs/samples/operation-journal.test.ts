import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openOperations, Tidy } from './operation-journal.js';

describe('samples/operation-journal', () => {
  it('knows after a restart what was done before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'verbena-sample-'));
    const journal = join(folder, 'operations.jsonl');
    const before = openOperations(journal, 'secret');
    const { id } = await before.start(Tidy, undefined, { owner: 'Ann' });
    for await (const _view of before.watch(id));
    await before.close();

    const after = openOperations(journal, 'secret');
    expect((await after.list({ owner: 'Ann' })).operations.map(({ result }) => result)).to.deep.equal(['tidy']);
    await after.close();
    rmSync(folder, { recursive: true });
  });
});
