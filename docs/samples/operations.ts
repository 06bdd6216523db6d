import { createApp, Handler, type HttpContext } from '@verbena/core';
import {
  createOperations,
  Operation,
  type OperationContext,
  type OperationHandler,
  Operations,
} from '@verbena/operations';
import { container, singleton } from 'tsyringe';
import { z } from 'zod';

@singleton()
export class Customers {
  readonly names = new Set<string>();

  async add(name: string) {
    this.names.add(name);
  }
}

// #region operation
const ImportInput = z.object({ names: z.array(z.string().min(1)) });

@Operation('import-customers', { input: ImportInput, perOwnerLimit: 3 })
export class ImportCustomers implements OperationHandler<z.infer<typeof ImportInput>> {
  constructor(private readonly customers: Customers) {}

  async run({ names }: z.infer<typeof ImportInput>, { report, signal }: OperationContext) {
    for (const [index, name] of names.entries()) {
      signal.throwIfAborted();
      await this.customers.add(name);
      report({ done: index + 1, total: names.length, unit: 'customers', message: name });
    }
    return { imported: names.length };
  }
}
// #endregion operation

// #region start
@Handler('POST /imports')
class StartImport {
  constructor(private readonly operations: Operations) {}

  async processRequest({ request, response }: HttpContext) {
    const input = (await request.json()) as z.infer<typeof ImportInput>;
    const { id } = await this.operations.start(ImportCustomers, input, { owner: 'the user of this request' });
    response.status = 202;
    return { id };
  }
}
// #endregion start

// #region watch
export async function waitFor(operations: Operations, id: string) {
  for await (const { state, progress, result, error } of operations.watch(id)) {
    if (state === 'running') console.log(progress?.done, 'of', progress?.total);
    if (state === 'succeeded') return result;
    if (state === 'failed') throw new Error(error?.title);
  }
  return undefined;
}
// #endregion watch

// #region create
const services = container.createChildContainer();

export const operations = createOperations({ operations: [ImportCustomers], container: services });
export const app = createApp({ handlers: [StartImport], container: services });

export async function stop() {
  await app.close();
  await operations.close({ graceMs: 10_000 });
}
// #endregion create
