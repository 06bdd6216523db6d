import { describeSessionsInRedis } from '@verbena/test-hosts/sessions';
import Koa from 'koa';
import { startKoa } from './koa-server.test-support.js';
import { toKoa } from './middleware.js';

describeSessionsInRedis('Koa', (app, session) => startKoa(new Koa().use(toKoa(app, { session }))));
