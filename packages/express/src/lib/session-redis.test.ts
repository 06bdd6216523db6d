import { describeSessionsInRedis } from '@verbena/test-hosts/sessions';
import express from 'express';
import { startExpress } from './express-server.test-support.js';
import { toExpress } from './middleware.js';

describeSessionsInRedis('Express', (app, session) => startExpress(express().use(toExpress(app, { session }))));
