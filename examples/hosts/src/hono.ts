import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { app } from './app.js';

const hono = new Hono();
hono.get('/about', (c) => c.text("Hono's own page"));
hono.all('*', (c) => app.fetch(c.req.raw));

serve({ fetch: hono.fetch, port: Number(process.env['PORT'] ?? 3000) }, (address) => {
  console.log('Hono listens on', address);
});
