import { createServer } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import express, { type Express } from 'express';
import session from 'express-session';
import {
  Basket,
  chunks,
  fill,
  Greeter,
  type Order,
  Orders,
  Reports,
  secret,
  textType,
  Users,
  visitor,
} from '../domain.js';
import { listen } from '../listen.js';
import type { Peer } from '../peer.js';

declare module 'express-session' {
  interface SessionData {
    name: string;
  }
}

export const peer: Peer = {
  works: {
    hello() {
      const greeter = new Greeter();
      return start(express().get('/hello', (_req, res) => void res.type(textType).send(greeter.greet())));
    },

    user() {
      const users = new Users();
      return start(express().get('/users/:id', (req, res) => void res.json(users.find(req.params.id))));
    },

    order() {
      const orders = new Orders();
      const app = express().use(express.json());
      return start(app.post('/orders', (req, res) => void res.json(orders.take(req.body as Order))));
    },

    factory() {
      const reports = new Reports();
      const app = express();
      app
        .route('/reports/:id')
        .get((req, res) => void res.json(reports.show(req.params.id)))
        .delete((req, res) => void res.json(reports.drop(req.params.id)));
      return start(app);
    },

    scoped: () => start(express().get('/basket', (_req, res) => void res.json(fill(new Basket())))),

    session() {
      const app = express().use(session({ secret, resave: false, saveUninitialized: false }));
      app.post('/session', (req, res) => {
        req.session.name = visitor;
        res.json({ name: visitor });
      });
      return start(app.get('/session', (req, res) => void res.json({ name: req.session.name })));
    },

    stream: () =>
      start(
        express().get('/stream', (_req, res) => {
          res.type(textType);
          pipeline(Readable.from(chunks()), res, () => {});
        }),
      ),
  },
};

function start(app: Express): Promise<number> {
  return listen(createServer(app));
}
