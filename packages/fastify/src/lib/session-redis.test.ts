import { describeSessionsInRedis } from '@verbena/test-hosts/sessions';
import { LoggedFastify } from './fastify-server.test-support.js';
import { toFastify } from './plugin.js';

describeSessionsInRedis('Fastify', async (app, session) => {
  const logged = new LoggedFastify();
  await logged.fastify.register(toFastify(app, { session }));
  return logged.start();
});
