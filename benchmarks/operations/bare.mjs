/**
 * A program of its own: the least that could be done, for comparison. Node's own server writes the same bytes to all who are
 * connected; it knows no sessions, no operations, and no client that takes nothing.
 */
import { createServer } from 'node:http';
import { answerCommands } from './commands.mjs';

const responses = new Set();
const server = createServer((_message, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache, no-transform' });
  response.write('retry: 2000\n\nevent: state\nid: 1\ndata: {"state":"running"}\n\n');
  responses.add(response);
  response.once('close', () => responses.delete(response));
});

answerCommands({
  listen: () =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', 20_000, () => resolve(server.address().port));
    }),

  report() {
    const data = JSON.stringify({ progress: { value: null, message: `t${process.hrtime.bigint()}` } });
    const frame = Buffer.from(`event: progress\nid: 2\ndata: ${data}\n\n`);
    for (const response of responses) response.write(frame);
  },

  async memory() {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 200));
    globalThis.gc();
    const { rss, heapUsed } = process.memoryUsage();
    return { rss, heapUsed };
  },
});
