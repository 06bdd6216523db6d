import { contractHosts } from './contract-host.test-support.js';
import { describeAdapter } from './index.js';

for (const host of contractHosts) describeAdapter(host);
