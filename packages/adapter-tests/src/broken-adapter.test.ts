import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { HandlerApp } from '@verbena/core';
import {
  answer,
  type AnswerStream,
  type HostAnswer,
  type HostRequest,
  type HostSession,
  KeyedTurns,
  RecordHeaders,
  type StoredSession,
} from '@verbena/core/adapter';
import { behaviours, describeAdapter, type HostOptions, type SocketHost } from './index.js';

/** The smallest adapter that does everything right: for `node:http`, with sessions of its own. */
class TinyAdapter {
  protected readonly turns = new KeyedTurns();

  constructor(
    protected readonly app: HandlerApp,
    protected readonly options: HostOptions,
  ) {}

  async accept(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = this.requestOf(message, response);
    const answered = await answer(this.app, request);
    if (answered === undefined) this.passOn(response);
    else await this.send(answered, response);
  }

  protected passOn(response: ServerResponse): void {
    response.end('passed on');
  }

  protected requestOf(message: IncomingMessage, response: ServerResponse): HostRequest {
    const { method = '', headers, socket } = message;
    return {
      verb: method,
      path: pathOf(message),
      url: urlOf(message),
      headers: new RecordHeaders(headers),
      ip: socket.remoteAddress,
      secure: false,
      body: hasBody(message) ? chunksOf(message) : null,
      native: { message, response },
      session: this.sessionOf(message, response),
      onClose: (listener) => response.once('close', () => response.writableFinished || listener()),
      onError: (error) => this.options.onError(error),
    };
  }

  protected sessionOf(message: IncomingMessage, response: ServerResponse): HostSession {
    const key = /tiny=([^;]*)/.exec(message.headers.cookie ?? '')?.[1];
    return {
      waitMs: 1000,
      turns: this.turns,
      key: () => key,
      load: () => this.loadSession(key, response),
    };
  }

  protected async loadSession(key: string | undefined, response: ServerResponse): Promise<StoredSession> {
    const { store } = this.options.session;
    const found = key === undefined ? undefined : ((await store.get(key)) as Record<string, unknown> | undefined);
    let id = found === undefined || key === undefined ? randomUUID() : key;
    const setCookie = (value: string): void => {
      if (!response.headersSent) response.setHeader('set-cookie', `tiny=${value}; Path=/; HttpOnly; SameSite=Lax`);
    };
    return {
      get id() {
        return id;
      },
      isNew: found === undefined,
      values: found ?? {},
      async save(values) {
        await store.set(id, values, 60_000);
        setCookie(id);
      },
      async regenerate() {
        await store.delete(id);
        id = randomUUID();
      },
      async destroy() {
        await store.delete(id);
        setCookie('; Max-Age=0');
      },
    };
  }

  protected async send({ status, headers, body }: HostAnswer, response: ServerResponse): Promise<void> {
    response.statusCode = status;
    for (const [name, value] of headers.fields()) {
      if (name === 'set-cookie') response.appendHeader(name, value);
      else response.setHeader(name, value);
    }
    if (body === null || typeof body === 'string' || body instanceof Uint8Array) response.end(body ?? undefined);
    else await this.sendStream(body, response);
  }

  protected async sendStream(stream: AnswerStream, response: ServerResponse): Promise<void> {
    response.flushHeaders();
    response.once('close', () => void stream.return());
    try {
      for await (const chunk of stream) if (!response.write(chunk)) await roomIn(response);
      response.end();
    } catch {
      response.destroy();
    }
  }
}

function pathOf({ url = '' }: IncomingMessage): string {
  const path = /^https?:/.test(url) ? new URL(url).pathname : url;
  return path.split('?')[0] ?? '';
}

function urlOf({ url = '', headers }: IncomingMessage): string {
  return /^https?:/.test(url) ? url : `http://${headers.host ?? 'localhost'}${url}`;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

async function* chunksOf(message: IncomingMessage): AsyncGenerator<Uint8Array, undefined> {
  try {
    for await (const chunk of message.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } finally {
    message.resume();
  }
}

/** Waits until a response takes more, or until nobody is there any more to take it. */
async function roomIn(response: ServerResponse): Promise<void> {
  await new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}

/** A host under an adapter of this kind. */
function hostOf(Adapter: typeof TinyAdapter, patienceMs?: number): SocketHost {
  return {
    unmatched: 'next',
    ...(patienceMs === undefined ? {} : { patienceMs }),
    async start(app, options) {
      const adapter = new Adapter(app, options);
      const server = createServer((message, response) => {
        // What a sabotage leaves uncaught is not what the suite is to notice.
        adapter.accept(message, response).catch(() => response.destroy());
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      };
    },
  };
}

describeAdapter('a tiny adapter for node:http', hostOf(TinyAdapter));

/** A way to get an adapter wrong, and the behaviour that must notice. */
interface Sabotage {
  readonly Adapter: typeof TinyAdapter;
  readonly noticedBy: string;
}

/** Changes what the adapter tells of a request. */
function telling(
  change: (request: HostRequest, message: IncomingMessage, response: ServerResponse) => Partial<HostRequest>,
): typeof TinyAdapter {
  return class extends TinyAdapter {
    protected override requestOf(message: IncomingMessage, response: ServerResponse): HostRequest {
      const request = super.requestOf(message, response);
      return { ...request, ...change(request, message, response) };
    }
  };
}

/** Changes how the adapter sends a stream. */
function streaming(send: (stream: AnswerStream, response: ServerResponse) => Promise<void>): typeof TinyAdapter {
  return class extends TinyAdapter {
    protected override async sendStream(stream: AnswerStream, response: ServerResponse): Promise<void> {
      await send(stream, response);
    }
  };
}

const sabotages: Readonly<Record<string, Sabotage>> = {
  'sends only the last of several cookies': {
    Adapter: class extends TinyAdapter {
      protected override send(answered: HostAnswer, response: ServerResponse): Promise<void> {
        const cookie = answered.headers.getSetCookie().at(-1);
        const fields = function* (): IterableIterator<[string, string]> {
          for (const [name, value] of answered.headers) if (name !== 'set-cookie') yield [name, value];
          if (cookie !== undefined) yield ['set-cookie', cookie];
        };
        return super.send({ ...answered, headers: { fields } as unknown as HostAnswer['headers'] }, response);
      }
    },
    noticedBy: 'each cookie has a header line of its own',
  },
  'drops a header': {
    Adapter: class extends TinyAdapter {
      protected override async send(answered: HostAnswer, response: ServerResponse): Promise<void> {
        response.setHeader = () => response;
        await super.send(answered, response);
      }
    },
    noticedBy: 'headers are sent as set, added and deleted',
  },
  'sends 200 whatever the status': {
    Adapter: class extends TinyAdapter {
      protected override send(answered: HostAnswer, response: ServerResponse): Promise<void> {
        return super.send({ ...answered, status: 200 }, response);
      }
    },
    noticedBy: 'a status is sent as chosen, also one without a standard phrase',
  },
  'guesses a type where there is none': {
    Adapter: class extends TinyAdapter {
      protected override send(answered: HostAnswer, response: ServerResponse): Promise<void> {
        response.setHeader('content-type', 'text/html');
        return super.send(answered, response);
      }
    },
    noticedBy: 'nothing returned and nothing written is 204',
  },
  'answers what it was to pass on': {
    Adapter: class extends TinyAdapter {
      protected override passOn(response: ServerResponse): void {
        response.writeHead(404).end();
      }
    },
    noticedBy: 'a path of no mapping is passed on, or is 404 where the host has nobody to pass it on to',
  },
  'collects a stream before it sends it': {
    Adapter: streaming(async (stream, response) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      response.end(Buffer.concat(chunks));
    }),
    noticedBy: 'what was flushed arrives while the handler goes on',
  },
  'keeps the head back until the first piece': {
    Adapter: streaming(async (stream, response) => {
      for await (const chunk of stream) response.write(chunk);
      response.end();
    }),
    noticedBy: 'status and headers arrive with the first flush, before anything was written',
  },
  'ends a broken stream politely': {
    Adapter: streaming(async (stream, response) => {
      response.flushHeaders();
      try {
        for await (const chunk of stream) response.write(chunk);
      } catch {
        // Swallowed: this is the fault.
      }
      response.end();
    }),
    noticedBy: 'what breaks off does not look complete on the wire',
  },
  'does not wait for a slow client': {
    Adapter: streaming(async (stream, response) => {
      response.flushHeaders();
      for await (const chunk of stream) response.write(chunk);
      response.end();
    }),
    noticedBy: 'a handler that awaits flush() does not run ahead of a slow reader',
  },
  'leaves a stream alone when its client has left': {
    Adapter: class extends TinyAdapter {
      protected override requestOf(message: IncomingMessage, response: ServerResponse): HostRequest {
        return { ...super.requestOf(message, response), onClose: () => {} };
      }

      protected override async sendStream(stream: AnswerStream, response: ServerResponse): Promise<void> {
        response.flushHeaders();
        for (let step = await stream.next(); step.done !== true; step = await stream.next()) {
          if (!response.write(step.value)) await once(response, 'drain');
        }
        response.end();
      }
    },
    noticedBy: 'a ReadableStream is cancelled when the client leaves in mid-stream, also between its pieces',
  },
  'does not tell that the client has left': {
    Adapter: telling(() => ({ onClose: () => {} })),
    noticedBy: 'the signal aborts when the client leaves before the first byte',
  },
  'tells of a client that has left at once': {
    Adapter: telling(() => ({ onClose: (listener) => listener() })),
    noticedBy: 'a signal does not abort when the answer arrives and the connection ends after it',
  },
  'decodes the path': {
    Adapter: telling(({ path }) => ({ path: path.replaceAll('%25', '%') })),
    noticedBy: 'params are decoded once, and keep their letter case',
  },
  'loses the query': {
    Adapter: telling(({ url }) => ({ url: url.split('?')[0] ?? '' })),
    noticedBy: 'the query is decoded, with repeated names in order',
  },
  'reports HEAD as GET': {
    Adapter: telling(({ verb }) => ({ verb: verb === 'HEAD' ? 'GET' : verb })),
    noticedBy: 'a mapping for HEAD is preferred to one for GET when HEAD is asked',
  },
  'drops the body of a request': {
    Adapter: telling(() => ({ body: null })),
    noticedBy: 'a text arrives as text',
  },
  'keeps the connection waiting for a body that nobody reads to its end': {
    Adapter: telling((_request, message) => ({
      body: hasBody(message)
        ? (message.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Uint8Array>)
        : null,
    })),
    noticedBy: 'after a body that was read in part, the connection takes the next request',
  },
  'sees only the first of repeated headers': {
    Adapter: telling((_request, { headersDistinct }) => ({
      headers: new RecordHeaders(
        Object.fromEntries(Object.entries(headersDistinct).map(([name, values]) => [name, values?.[0]])),
      ),
    })),
    noticedBy: 'header fields sent twice are joined by a comma',
  },
  'believes what a client says of itself': {
    Adapter: telling((_request, { headers }) => ({ secure: headers['x-forwarded-proto'] === 'https' })),
    noticedBy: 'a client cannot make itself secure, or another address, by headers',
  },
  'keeps errors from its host': {
    Adapter: telling(() => ({ onError: () => {} })),
    noticedBy: 'the host is told of an unexpected error once',
  },
  'loads the session of every request': {
    Adapter: class extends TinyAdapter {
      override async accept(message: IncomingMessage, response: ServerResponse): Promise<void> {
        await this.sessionOf(message, response).load();
        await super.accept(message, response);
      }
    },
    noticedBy: 'a handler that declares no session touches neither store nor cookie',
  },
  'lets the requests of a session run at once': {
    Adapter: class extends TinyAdapter {
      protected override sessionOf(message: IncomingMessage, response: ServerResponse): HostSession {
        return { ...super.sessionOf(message, response), turns: { take: async () => () => {} } };
      }
    },
    noticedBy: '50 requests at once that count in one session count to 50',
  },
  'lets scripts see the cookie of a session': {
    Adapter: class extends TinyAdapter {
      protected override loadSession(key: string | undefined, response: ServerResponse): Promise<StoredSession> {
        const setHeader = response.setHeader.bind(response);
        response.setHeader = (name, value) => setHeader(name, String(value).replace('; HttpOnly', ''));
        return super.loadSession(key, response);
      }
    },
    noticedBy: 'the cookie of a session is kept from scripts and from other sites',
  },
  'takes over an identity that a client made up': {
    Adapter: class extends TinyAdapter {
      protected override async loadSession(key: string | undefined, response: ServerResponse): Promise<StoredSession> {
        if (key === 'made-up') await this.options.session.store.set(key, {}, 60_000);
        return super.loadSession(key, response);
      }
    },
    noticedBy: 'an identity that the client made up is not taken over',
  },
};

describe('an adapter that', () => {
  for (const [fault, { Adapter, noticedBy }] of Object.entries(sabotages)) {
    it(`${fault} is noticed: ${noticedBy}`, async function () {
      this.timeout(10_000);
      const behaviour = behaviours.find(({ name }) => name === noticedBy);
      const outcome = await behaviour?.run(hostOf(Adapter, 300)).then(
        () => 'passed',
        () => 'failed',
      );
      expect(outcome).to.equal('failed');
    });
  }
});
