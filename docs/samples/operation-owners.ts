import { createApp, defineHandler, type HttpContext } from '@verbena/core';
import { createOperations, defineOperation } from '@verbena/operations';
import { operationHandlers, startOperation } from '@verbena/operations/http';
import { container } from 'tsyringe';
import { z } from 'zod';

/** Stands for whatever tells who a request comes from. */
const userOf = ({ request }: HttpContext) => request.headers.get('x-user') ?? undefined;

export const count = defineOperation('count', { input: z.number() }, async (limit: number) => ({ counted: limit }));

const services = container.createChildContainer();
export const operations = createOperations({ operations: [count], container: services });

// #region owners
export const app = createApp({
  container: services,
  handlers: [
    defineHandler('POST /counts', (context: HttpContext) => startOperation(context, count, 10)),
    ...operationHandlers(operations, {
      ownerOf: (context) => userOf(context),
      canView: (context) => userOf(context) === 'admin',
    }),
  ],
});
// #endregion owners
