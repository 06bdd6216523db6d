import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { Basket, chunks, fill, Greeter, type Order, Orders, Reports, textType, Users, visitor } from '../domain.js';
import { listen } from '../listen.js';
import type { Peer, Start } from '../peer.js';

export const peer: Peer = {
  works: {
    hello: under(() => {
      const greeter = new Greeter();
      return ({ method, url }, response) => {
        if (method === 'GET' && url === '/hello') sendText(response, greeter.greet());
        else sendNotFound(response);
      };
    }),

    user: under(() => {
      const users = new Users();
      return ({ method, url = '' }, response) => {
        const id = /^\/users\/([^/?]+)$/.exec(url)?.[1];
        if (method === 'GET' && id !== undefined) sendJson(response, users.find(decodeURIComponent(id)));
        else sendNotFound(response);
      };
    }),

    order: under(() => {
      const orders = new Orders();
      return (request, response) => {
        if (request.method !== 'POST' || request.url !== '/orders') return sendNotFound(response);
        void readJson(request).then((order) => sendJson(response, orders.take(order as Order)));
      };
    }),

    factory: under(() => {
      const reports = new Reports();
      return ({ method, url = '' }, response) => {
        const id = /^\/reports\/([^/?]+)$/.exec(url)?.[1];
        if (id === undefined) return sendNotFound(response);
        if (method === 'GET') sendJson(response, reports.show(decodeURIComponent(id)));
        else if (method === 'DELETE') sendJson(response, reports.drop(decodeURIComponent(id)));
        else response.writeHead(405, { allow: 'GET, DELETE' }).end();
      };
    }),

    scoped: under(() => ({ method, url }, response) => {
      if (method === 'GET' && url === '/basket') sendJson(response, fill(new Basket()));
      else sendNotFound(response);
    }),

    session: under(() => {
      const sessions = new Map<string, { name: string }>();
      return ({ method, url, headers }, response) => {
        if (url !== '/session') return sendNotFound(response);
        if (method === 'POST') {
          const id = randomUUID();
          sessions.set(id, { name: visitor });
          response.setHeader('set-cookie', `sid=${id}; Path=/; HttpOnly`);
          return sendJson(response, { name: visitor });
        }
        const id = /(?:^|; *)sid=([^;]+)/.exec(headers.cookie ?? '')?.[1];
        sendJson(response, { name: id === undefined ? undefined : sessions.get(id)?.name });
      };
    }),

    stream: under(() => ({ method, url }, response) => {
      if (method === 'GET' && url === '/stream') void sendChunks(response);
      else sendNotFound(response);
    }),
  },
};

function under(program: () => RequestListener): Start {
  return () => listen(createServer(program()));
}

function sendText(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': textType, 'content-length': Buffer.byteLength(text) }).end(text);
}

function sendJson(response: ServerResponse, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
}

function sendNotFound(response: ServerResponse): void {
  response.writeHead(404).end();
}

function readJson(request: IncomingMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (text += piece));
    request.on('end', () => resolve(JSON.parse(text)));
    request.on('error', reject);
  });
}

async function sendChunks(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': textType });
  for await (const chunk of chunks()) {
    if (!response.write(chunk)) await once(response, 'drain');
  }
  response.end();
}
