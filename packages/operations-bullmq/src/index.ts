export { bullmq, type BullmqDriver, type BullmqOptions } from './lib/driver.js';
export type { RedisPlace } from './lib/link.js';
export { type RunningWorker, runWorker, type RunWorkerOptions } from './lib/run-worker.js';
export type { OnWarning } from './lib/warning.js';
