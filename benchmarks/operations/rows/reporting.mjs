import { createOperations, defineOperation, inProcess } from '@verbena/operations';

const STORM = 1_000_000;
const STORM_SECONDS = 5;

/** What a report costs the handler, and the store. */
export async function reporting() {
  const driver = inProcess();
  let writes = 0;
  const { report: write } = driver.store;
  driver.store.report = (...parameters) => {
    writes += 1;
    return write.apply(driver.store, parameters);
  };
  let nanoseconds = 0;
  let stormMs = 0;
  const storming = defineOperation('storming', {}, async (_input, { report }) => {
    const costs = [];
    for (let batch = 0; batch < 400; batch += 1) {
      const startedAt = process.hrtime.bigint();
      for (let count = 0; count < 1000; count += 1) report((batch * 1000 + count) / 1e6);
      costs.push(Number(process.hrtime.bigint() - startedAt) / 1000);
    }
    nanoseconds = costs.sort((one, other) => one - other)[200];
    const before = writes;
    const startedAt = performance.now();
    while (performance.now() - startedAt < STORM_SECONDS * 1000) {
      for (let count = 0; count < STORM / 1000; count += 1) report(0.5 + count / 1e9);
      await new Promise((resolve) => setImmediate(resolve));
    }
    stormMs = performance.now() - startedAt;
    writes -= before;
  });
  const operations = createOperations({ operations: [storming], driver });
  const { id } = await operations.start(storming, {}, { owner: 'bench' });
  for await (const _view of operations.watch(id));
  await operations.close();
  return [
    { measure: 'cost of report(), median', value: nanoseconds, unit: 'ns', target: 150 },
    { measure: 'store writes a second in a storm of reports', value: (writes * 1000) / stormMs, unit: '', target: 5.4 },
  ];
}
