/** @import { AdapterHost } from '@verbena/adapter-tests' */

/** `app.fetch` handed to `Bun.serve`. @type {readonly AdapterHost[]} */
export const contractHosts = [
  {
    name: 'Bun.serve',
    async start(app) {
      const server = Bun.serve({ fetch: (request) => app.fetch(request), hostname: '127.0.0.1', port: 0 });
      return {
        url: `http://127.0.0.1:${server.port}`,
        close: () => server.stop(true),
      };
    },
  },
];
