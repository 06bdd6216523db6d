import { inProcess } from '@verbena/operations';
import { describeDriver } from '@verbena/operations/driver-tests';

// #region tests
export function testMyDriver() {
  describeDriver({
    name: 'my driver',
    // A place that is empty at first; `driver` makes that of one more process.
    open: async () => ({
      driver: () => inProcess(),
      close: async () => {},
    }),
  });
}
// #endregion tests
