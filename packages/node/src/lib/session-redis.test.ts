import { describeSessionsInRedis } from '@verbena/test-hosts/sessions';
import { serve } from './serve.js';

describeSessionsInRedis('serve', (app, session) => serve(app, { port: 0, host: '127.0.0.1', signals: [], session }));
