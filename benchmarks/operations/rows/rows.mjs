import { comingBack } from './coming-back.mjs';
import { deliveries } from './deliveries.mjs';
import { fanOut } from './fan-out.mjs';
import { lasting } from './lasting.mjs';
import { memory } from './memory.mjs';
import { redis } from './redis.mjs';
import { redisDeliveries } from './redis-deliveries.mjs';
import { reporting } from './reporting.mjs';
import { shutdown } from './shutdown.mjs';
import { stalled } from './stalled.mjs';
import { starting } from './starting.mjs';

/**
 * One thing that was measured.
 *
 * @typedef {object} Measured
 * @property {string} measure
 * @property {number} value
 * @property {string} unit
 * @property {number} [target] what it is not to exceed
 * @property {boolean} [isLeast] whether the target is what it must reach instead
 * @property {number} [count] of how many
 */

/** What can be measured, by name; each has programs of its own. */
export const rows = {
  memory,
  'fan-out': fanOut,
  deliveries,
  reporting,
  starting,
  stalled,
  shutdown,
  'coming-back': comingBack,
  lasting,
  redis,
  'redis-deliveries': redisDeliveries,
};
