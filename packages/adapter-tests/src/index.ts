export type { Behaviour, Need, Topic } from './lib/behaviour.js';
export { behaviours } from './lib/behaviours.js';
export { describeAdapter, type DescribeOptions, type RegisterTest, type TestRunner } from './lib/describe-adapter.js';
export type { AdapterHost, FetchHost, HostOptions, HostTraits, RunningHost, SocketHost } from './lib/host.js';
export { type MalformedRequest, malformedRequest } from './lib/malformed/malformed-request.js';
export { runAdapter, type TestOutcome } from './lib/run-adapter.js';
