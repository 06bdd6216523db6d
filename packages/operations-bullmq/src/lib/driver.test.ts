import { describeDriver } from '@verbena/operations/driver-tests';
import { randomUUID } from 'node:crypto';
import { bullmq } from './driver.js';
import { RedisServer } from './redis-server.test-support.js';

describe('bullmq() as every driver', () => {
  let redis: RedisServer;

  before(async function () {
    redis = await RedisServer.start(this);
  });

  after(() => (redis as RedisServer | undefined)?.stop());

  describeDriver({
    name: 'bullmq',
    isShared: true,
    open: async () => {
      const prefix = randomUUID();
      return {
        driver: () => bullmq({ connection: redis.connection, prefix, lockMs: 1_000 }),
        close: async () => {},
      };
    },
  });
});
