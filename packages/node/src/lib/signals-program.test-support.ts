/** A program of its own for the tests of signals. It is told by its first argument what it does besides. */
import { once } from 'node:events';
import { createApp, defineHandler, type HttpContext } from '@verbena/core';
import { serve } from './serve.js';

const app = createApp({
  development: false,
  handlers: [
    defineHandler('/', () => 'here'),
    defineHandler('/events', async function* ({ signal }: HttpContext) {
      yield 'data: 1\n\n';
      await once(signal, 'abort');
    }),
    defineHandler('/last', async function* () {
      yield 'first';
      await once(process, 'SIGUSR2');
      yield 'last';
    }),
  ],
});
const [what = ''] = process.argv.slice(2);
const graceMs = what === 'patient' ? 60_000 : 100;
const { port } = await serve(app, { port: 0, host: '127.0.0.1', graceMs });
const other = await serve(createApp({ handlers: [] }), { port: 0, host: '127.0.0.1', graceMs });
if (what === 'failing') app.close = () => Promise.reject(new Error('closing failed'));
if (what === 'patient') await other.close();
console.log(port);
