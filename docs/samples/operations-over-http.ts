import { createApp, Handler, type HttpContext } from '@verbena/core';
import { toKoa } from '@verbena/koa';
import { createOperations, Operation, type OperationContext } from '@verbena/operations';
import { closeStreams, endStreams, operationHandlers, shareOperation, startOperation } from '@verbena/operations/http';
import Koa from 'koa';
import { container } from 'tsyringe';
import { z } from 'zod';

const ExportInput = z.object({ year: z.number().int() });

@Operation('export-orders', { input: ExportInput })
export class ExportOrders {
  async run({ year }: z.infer<typeof ExportInput>, { report }: OperationContext) {
    for (let month = 1; month <= 12; month += 1) report({ done: month, total: 12, unit: 'months' });
    return { year, months: 12 };
  }
}

// #region start
@Handler({ path: '/exports', verb: 'POST', session: 'required' })
class StartExport {
  async processRequest(context: HttpContext) {
    const input = (await context.request.json()) as z.infer<typeof ExportInput>;
    return startOperation(context, ExportOrders, input);
  }
}
// #endregion start

// #region share
@Handler({ path: '/exports/:id/link', verb: 'POST', session: 'readonly' })
class LinkToExport {
  async processRequest(context: HttpContext) {
    const { id = '' } = context.request.params;
    const token = await shareOperation(context, id, { expiresInMs: 3_600_000 });
    return `/progress.html#${id}/${token}`;
  }
}
// #endregion share

// #region sign-out
@Handler({ path: '/sign-out', verb: 'POST', session: 'required' })
class SignOut {
  async processRequest(context: HttpContext) {
    await endStreams(context);
    await context.session.abandon();
  }
}
// #endregion sign-out

// #region app
const services = container.createChildContainer();
export const operations = createOperations({ operations: [ExportOrders], container: services });

export const app = createApp({
  container: services,
  handlers: [
    StartExport,
    LinkToExport,
    SignOut,
    ...operationHandlers(operations, {
      shareSecret: process.env['SHARE_SECRET'] ?? 'only for this sample, as everybody knows it',
    }),
  ],
});
export const koa = new Koa().use(toKoa(app));
// #endregion app

// #region closed-tabs
koa.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') console.error(error);
});
// #endregion closed-tabs

// #region close
export async function stop(): Promise<void> {
  await closeStreams(operations);
  await app.close();
  await operations.close();
}
// #endregion close
