import { describeAdapter } from '@verbena/adapter-tests';
import { contractHosts } from './contract-host.test-support.js';

for (const host of contractHosts) describeAdapter(host);
