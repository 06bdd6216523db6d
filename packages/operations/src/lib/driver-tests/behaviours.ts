import type { DriverBehaviour } from './behaviour.js';
import { cancelling } from './behaviours/cancelling.js';
import { faults } from './behaviours/faults.js';
import { fences } from './behaviours/fences.js';
import { keeping } from './behaviours/keeping.js';
import { lists } from './behaviours/lists.js';
import { queue } from './behaviours/queue.js';
import { records } from './behaviours/records.js';
import { service } from './behaviours/service.js';
import { signal } from './behaviours/signal.js';

/** Everything a driver must do, in the order in which it is tried. */
export const driverBehaviours: readonly DriverBehaviour[] = [
  ...records,
  ...fences,
  ...cancelling,
  ...lists,
  ...keeping,
  ...queue,
  ...signal,
  ...service,
  ...faults,
];
