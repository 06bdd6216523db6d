import { toExpress } from '@verbena/express';
import express from 'express';
import { app } from './app.js';

const server = express()
  .use(toExpress(app))
  .listen(process.env['PORT'] ?? 3000, () => {
    console.log('Express listens on', server.address());
  });
