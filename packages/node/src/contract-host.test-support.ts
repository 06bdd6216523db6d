import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AdapterHost } from '@verbena/adapter-tests';
import { certificate } from '@verbena/test-hosts';
import { serve, toNode } from './index.js';

const reason = "node:http has no place for errors of handlers; the application's onError is told";
const except = {
  'the host is told of an unexpected error once': reason,
  'the host is told of an error that breaks a stream off': reason,
};

const quiet = { port: 0, host: '127.0.0.1', signals: [], graceMs: 0 } as const;

/** A server of one's own, and those that are served. */
export const contractHosts: readonly AdapterHost[] = [
  {
    name: 'toNode',
    except,
    async start(app, { session }) {
      const server = createServer(toNode(app, { session })).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      return {
        url: `http://127.0.0.1:${port}`,
        close: () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      };
    },
  },
  {
    name: 'serve',
    except,
    start: (app, { session }) => serve(app, { ...quiet, session }),
  },
  {
    name: 'serve, TLS',
    except: {
      ...except,
      'a thousand malformed requests are refused or answered, and harm nobody':
        'a thousand handshakes would take most of the time; what TLS carries is read as without it',
    },
    ca: certificate.cert,
    start: (app, { session }) => serve(app, { ...quiet, session, tls: certificate }),
  },
  {
    name: 'serve, HTTP/2',
    except,
    protocol: 'HTTP/2',
    ca: certificate.cert,
    start: (app, { session }) => serve(app, { ...quiet, session, tls: certificate, http2: true }),
  },
];
