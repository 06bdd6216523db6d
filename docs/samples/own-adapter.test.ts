import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeAdapter } from '@verbena/adapter-tests';
import { toConnect } from './own-adapter.js';

describeAdapter({
  name: 'samples/own-adapter',
  unmatched: 'next',
  async start(app, options) {
    const use = toConnect(app, options);
    const server = createServer((message, response) => void use(message, response, () => response.end('passed on')));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { url, close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()) };
  },
});
