export type { DriverBehaviour, DriverTopic } from './lib/driver-tests/behaviour.js';
export { driverBehaviours } from './lib/driver-tests/behaviours.js';
export {
  describeDriver,
  type DescribeOptions,
  type RegisterTest,
  type TestRunner,
} from './lib/driver-tests/describe-driver.js';
export type { DriverHost, DriverWorld } from './lib/driver-tests/host.js';
