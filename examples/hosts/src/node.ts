import { serve } from '@verbena/node';
import { app } from './app.js';

const { url } = await serve(app, { port: Number(process.env['PORT'] ?? 3000) });
console.log('Node listens on', url);
