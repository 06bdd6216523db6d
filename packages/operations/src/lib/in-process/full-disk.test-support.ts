import { createOperations, defineOperation, inProcess, type OperationsError } from '../../index.js';

/** A process whose files may not grow far. Its argument is the journal; it says what became of a large start, and of a small one after that. */
const quick = defineOperation('quick', {}, async () => 'done');
const [, , journal = ''] = process.argv;
const operations = createOperations({
  operations: [quick],
  driver: inProcess({ journal }),
  ownerSecret: 'secret',
});
const refusal: unknown = await operations
  .start(quick, 'x'.repeat(100_000), { owner: 'ann' })
  .catch((error: OperationsError) => error.code);
const { id } = await operations.start(quick, 'x', { owner: 'ann' });
let state: string | undefined;
for await (const view of operations.watch(id)) state = view.state;
console.log(JSON.stringify({ refusal, id, state }));
await operations.close();
