/** @import { AdapterHost } from '@verbena/adapter-tests' */

/** `app.fetch` handed to `Deno.serve`. @type {readonly AdapterHost[]} */
export const contractHosts = [
  {
    name: 'Deno.serve',
    async start(app) {
      const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, (request) => app.fetch(request));
      return {
        url: `http://127.0.0.1:${server.addr.port}`,
        close: () => server.shutdown(),
      };
    },
  },
];
