import { describeDriver } from '../../driver-tests.js';
import { inProcess } from './in-process.js';

describeDriver({
  name: 'inProcess',
  open: async () => ({ driver: () => inProcess(), close: async () => {} }),
});
