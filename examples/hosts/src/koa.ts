import { toKoa } from '@verbena/koa';
import Koa from 'koa';
import { app } from './app.js';

const server = new Koa().use(toKoa(app)).listen(process.env['PORT'] ?? 3000, () => {
  console.log('Koa listens on', server.address());
});
