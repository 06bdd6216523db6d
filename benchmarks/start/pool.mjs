import { Injector } from '@verbena/core/injection';
import { medianOf } from '../spread.mjs';

/** The pool is no one's to import but core's, so it is taken from where it is built. */
const built = new URL('../../packages/core/dist/lib/', import.meta.url);
const { HandlerPool } = await import(new URL('pool.js', built).href);

/**
 * Prints the nanoseconds it takes to borrow a pooled handler and to give it back, on a pool that has one idle.
 */
const rounds = 50;
const times = 100_000;

class Reusable {
  isReusable = true;
  processRequest() {}
}

const settings = { name: 'Reusable', use: [] };
const owner = { injector: new Injector(), development: false, warn() {}, report() {} };
const pool = new HandlerPool(Reusable, settings, {}, owner);
const context = {};
const measured = [];
for (let round = 0; round < rounds; round += 1) {
  const start = process.hrtime.bigint();
  for (let time = 0; time < times; time += 1) pool.lend(context).release(false);
  measured.push(Number(process.hrtime.bigint() - start) / times);
}
await pool.close();
console.log(JSON.stringify({ nanoseconds: medianOf(measured.slice(rounds / 2)) }));
