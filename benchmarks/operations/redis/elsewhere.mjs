import { bullmq } from '@verbena/operations-bullmq';
import { settings } from './work.mjs';

/** Options of operations that are started here and run by workers. */
export function elsewhere(path) {
  return { ...settings, driver: bullmq({ connection: path }), runs: false };
}
