export type { Behaviour, Topic } from './lib/behaviour.js';
export { behaviours } from './lib/behaviours.js';
export { describeAdapter, type DescribeOptions, type RegisterTest, type TestRunner } from './lib/describe-adapter.js';
export type { AdapterHost, FetchHost, HostOptions, HostTraits, RunningHost, SocketHost } from './lib/host.js';
