export { bullmq, type BullmqDriver, type BullmqOptions } from './lib/driver.js';
export type { RedisPlace } from './lib/link.js';
export type { BullmqWarning, OnWarning } from './lib/warning.js';
