import { getSession, H3, iterable, readBody, serve, updateSession } from 'h3';
import { chunks, Greeter, type Order, Orders, secret, textType, Users, visitor } from '../domain.js';
import { host, type Peer } from '../peer.js';

const session = { password: secret };

export const peer: Peer = {
  works: {
    hello() {
      const greeter = new Greeter();
      return start(new H3().get('/hello', () => greeter.greet()));
    },

    user() {
      const users = new Users();
      return start(new H3().get('/users/:id', (event) => users.find(event.context.params?.['id'] ?? '')));
    },

    order() {
      const orders = new Orders();
      return start(new H3().post('/orders', async (event) => orders.take((await readBody<Order>(event)) as Order)));
    },

    session() {
      const app = new H3().post('/session', async (event) => {
        await updateSession(event, session, { name: visitor });
        return { name: visitor };
      });
      return start(app.get('/session', async (event) => ({ name: (await getSession(event, session)).data['name'] })));
    },

    stream: () =>
      start(
        new H3().get('/stream', (event) => {
          event.res.headers.set('content-type', textType);
          return iterable(chunks());
        }),
      ),
  },
};

async function start(app: H3): Promise<number> {
  const server = await serve(app, { port: 0, hostname: host, silent: true }).ready();
  return Number(new URL(server.url ?? '').port);
}
