import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { KoaAdapter } from '@bull-board/koa';
import type { BullmqDriver } from '@verbena/operations-bullmq';
import Koa, { type Context } from 'koa';

// #region board
const path = '/admin/jobs';

/** A board of the queues behind some kinds of operations, for administrators alone. */
export function createBoard(
  driver: BullmqDriver,
  kinds: readonly string[],
  isAdministrator: (ctx: Context) => boolean,
) {
  const serverAdapter = new KoaAdapter();
  serverAdapter.setBasePath(path);
  createBullBoard({
    // To look at only: records know nothing of what is done to their jobs.
    queues: kinds.map((kind) => new BullMQAdapter(driver.jobs(kind), { readOnlyMode: true })),
    serverAdapter,
  });

  const board = new Koa();
  board.use(async (ctx, next) => {
    // The board asks nobody who they are, and its queues hold the operations of everybody.
    if (`${ctx.path}/`.startsWith(`${path}/`) && !isAdministrator(ctx)) ctx.throw(404);
    await next();
  });
  board.use(serverAdapter.registerPlugin());
  return board;
}
// #endregion board
