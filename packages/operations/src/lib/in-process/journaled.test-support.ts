import { createOperations, defineOperation, inProcess } from '../../index.js';

/** A process that works until it is killed. Its argument is the journal; it says which operations run. */
const forever = async (): Promise<void> => await new Promise(() => {});
const once = defineOperation('once', {}, async () => await forever());
const again = defineOperation('again', { repeatable: true }, async () => await forever());
const [, , journal = ''] = process.argv;
const operations = createOperations({
  operations: [once, again],
  driver: inProcess({ journal }),
  ownerSecret: 'secret',
});
const ids = await Promise.all(
  [once, again].map(async (operation) => (await operations.start(operation, undefined, { owner: 'ann' })).id),
);
for (const id of ids) for await (const { state } of operations.watch(id)) if (state === 'running') break;
console.log(JSON.stringify({ once: ids[0], again: ids[1] }));
