import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { expect } from 'chai';
import {
  type AnswerStream,
  type HostAnswer,
  type HostRequest,
  type HostSession,
  RecordHeaders,
  type RequestHeaders,
  type StoredSession,
} from '@verbena/core/adapter';
import { behaviours, describeAdapter } from './index.js';
import { hasBody, hostOf, TinyAdapter } from './tiny-adapter.test-support.js';

describeAdapter(hostOf(TinyAdapter));

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

/** Header fields that are found in another way. */
function headersWith(headers: RequestHeaders, get: RequestHeaders['get']): RequestHeaders {
  return { get, has: (name) => get(name) !== null, [Symbol.iterator]: () => headers[Symbol.iterator]() };
}

/** Changes how the adapter sends a stream. */
function streaming(send: (stream: AnswerStream, response: ServerResponse) => Promise<void>): typeof TinyAdapter {
  return class extends TinyAdapter {
    protected override async sendStream(stream: AnswerStream, response: ServerResponse): Promise<void> {
      await send(stream, response);
    }
  };
}

/** Has the adapter replace a field that it was to add to. */
function replacing(field: string): typeof TinyAdapter {
  return class extends TinyAdapter {
    protected override send(answered: HostAnswer, response: ServerResponse): Promise<void> {
      if (answered.headers.has(field)) response.removeHeader(field);
      return super.send(answered, response);
    }
  };
}

/** Changes what the adapter does with stored sessions. */
function storing(change: Partial<StoredSession>): typeof TinyAdapter {
  return class extends TinyAdapter {
    protected override async loadSession(key: string | undefined, response: ServerResponse): Promise<StoredSession> {
      const session = await super.loadSession(key, response);
      return Object.defineProperties(
        { ...session },
        {
          ...Object.getOwnPropertyDescriptors(session),
          ...Object.getOwnPropertyDescriptors(change),
        },
      ) as StoredSession;
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
      for await (const chunk of stream) chunks.push(Buffer.from(chunk));
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
        return { ...super.requestOf(message, response), onClose: () => () => {} };
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
    Adapter: telling(() => ({ onClose: () => () => {} })),
    noticedBy: 'the signal aborts when the client leaves before the first byte',
  },
  'tells of a client that has left at once': {
    Adapter: telling(() => ({
      onClose: (listener) => {
        listener();
        return () => {};
      },
    })),
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
    noticedBy: 'a client cannot make itself secure, or insecure, or another address, by headers',
  },
  'keeps errors from its host': {
    Adapter: telling(() => ({ onError: () => {} })),
    noticedBy: 'the host is told of an unexpected error once',
  },
  'loads the session of every request': {
    Adapter: class extends TinyAdapter {
      protected override async accept(message: IncomingMessage, response: ServerResponse): Promise<void> {
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
        const { store } = this.options.session;
        if (key !== undefined && (await store.get(key)) === undefined) await store.set(key, {}, 60_000);
        return super.loadSession(key, response);
      }
    },
    noticedBy: 'an identity that the client made up is not taken over, and leads to nothing else in the store',
  },
  'takes whatever a client names for an identity': {
    Adapter: class extends TinyAdapter {
      protected override identityIn(cookie: string | undefined): string | undefined {
        return cookie;
      }
    },
    noticedBy: 'an identity that the client made up is not taken over, and leads to nothing else in the store',
  },
  'leaves a session in its store when its cookie can no longer be withdrawn': {
    Adapter: class extends TinyAdapter {
      protected override async loadSession(key: string | undefined, response: ServerResponse): Promise<StoredSession> {
        const session = await super.loadSession(key, response);
        const { destroy } = session;
        return Object.assign(session, { destroy: async () => void (response.headersSent || (await destroy())) });
      }
    },
    noticedBy: 'abandon() after a flush destroys the session, whose cookie can no longer be withdrawn',
  },
  'stores a session at each use': {
    Adapter: class extends TinyAdapter {
      protected override async loadSession(key: string | undefined, response: ServerResponse): Promise<StoredSession> {
        return Object.assign(await super.loadSession(key, response), { isAging: true });
      }
    },
    noticedBy: 'a session that is used and not changed is not stored again',
  },
  'keeps quiet about a store that fails': {
    Adapter: class extends TinyAdapter {
      protected override async loadSession(key: string | undefined, response: ServerResponse): Promise<StoredSession> {
        const session = await super.loadSession(key, response);
        const { save } = session;
        return Object.assign(session, { save: (values: Record<string, unknown>) => save(values).catch(() => {}) });
      }
    },
    noticedBy: 'a store that fails gives 500, is reported once, and lets the next request of the session begin',
  },
  'forgets what middleware has set': {
    Adapter: class extends TinyAdapter {
      protected override send(answered: HostAnswer, response: ServerResponse): Promise<void> {
        for (const name of response.getHeaderNames()) response.removeHeader(name);
        return super.send(answered, response);
      }
    },
    noticedBy: 'what middleware sets before goes with an answer of any kind',
  },
  'sends its cookies instead of those of middleware': {
    Adapter: replacing('set-cookie'),
    noticedBy: 'cookies of middleware and of the handler are all sent',
  },
  'sends its Vary instead of that of middleware': {
    Adapter: replacing('vary'),
    noticedBy: 'Vary names what middleware and what the handler named',
  },
  'hides the status from middleware': {
    Adapter: class extends TinyAdapter {
      protected override async send(answered: HostAnswer, response: ServerResponse): Promise<void> {
        await super.send(answered, response);
        response.statusCode = 200;
      }
    },
    noticedBy: 'middleware sees afterwards with which status each request was answered',
  },
  'never tells middleware that it has answered': {
    Adapter: class extends TinyAdapter {
      protected override async send(answered: HostAnswer, response: ServerResponse): Promise<void> {
        response.removeAllListeners('finish');
        await super.send(answered, response);
      }
    },
    noticedBy: 'middleware comes to its end also when an answer breaks off',
  },
  'trusts any Host': {
    Adapter: telling((_request, { headers, url }) => ({ url: `http://${headers.host}${url}` })),
    noticedBy: 'a Host that holds more than a host is 400, and moves no URL',
  },
  'takes the first of two hosts': {
    Adapter: telling(({ url }, { headers, url: target }) => ({
      url: url === '' ? `http://${headers.host}${target}` : url,
    })),
    noticedBy: 'a request of HTTP/1.1 names one host, or is 400 (RFC 9112, 3.2)',
  },
  'breaks on a target that is no URL': {
    Adapter: telling((_request, { url = '' }) => ({ path: new URL(url, 'http://localhost').pathname })),
    noticedBy: 'a request target whose host is none is 400, not an error of the server (RFC 9110, 4.2.1)',
  },
  'breaks on a path that is no UTF-8': {
    Adapter: telling(({ path }) => ({ path: encodeURI(decodeURI(path)) })),
    noticedBy: 'a path with escapes that are no UTF-8 is 400',
  },
  'leaves a client alone that sends what is no request': {
    Adapter: class extends TinyAdapter {
      override createServer(): Server {
        return super.createServer().on('clientError', () => {});
      }
    },
    noticedBy: 'a thousand malformed requests are refused or answered, and harm nobody',
  },
  'asks no client for its body': {
    Adapter: class extends TinyAdapter {
      override createServer(): Server {
        return super.createServer().on('checkContinue', (message: IncomingMessage, response: ServerResponse) => {
          this.accept(message, response).catch(() => response.destroy());
        });
      }
    },
    noticedBy: 'a client that waits to be asked for its body is asked (RFC 9110, 10.1.1)',
  },
  'ends the connection after each answer': {
    Adapter: class extends TinyAdapter {
      protected override send(answered: HostAnswer, response: ServerResponse): Promise<void> {
        response.setHeader('connection', 'close');
        return super.send(answered, response);
      }
    },
    noticedBy: 'requests sent at once on one connection are answered in their order',
  },
  'holds an upload in memory until somebody wants it': {
    Adapter: telling((_request, message) => {
      const held: Uint8Array[] = [];
      message.on('data', (chunk: Uint8Array) => held.push(chunk));
      return {};
    }),
    noticedBy: 'a body that nobody reads never makes the host hold more than 1 MiB',
  },
  'holds what a slow client has not taken': {
    Adapter: streaming(async (stream, response) => {
      response.flushHeaders();
      response.once('close', () => void stream.return());
      for await (const chunk of stream) response.write(chunk);
      response.end();
    }),
    noticedBy: 'a slow reader never makes the host hold more than 1 MiB',
  },
  'sees a body only where its length is named': {
    Adapter: telling(({ body }, { headers }) => ({ body: headers['content-length'] === undefined ? null : body })),
    noticedBy: 'a body whose length was not named arrives whole',
  },
  'takes the breaking off of a body for its end': {
    Adapter: telling(({ body }) => ({
      body:
        body === null
          ? null
          : (async function* () {
              try {
                yield* body;
              } catch {
                // Swallowed: this is the fault.
              }
            })(),
      onClose: () => () => {},
    })),
    noticedBy: 'a chunked body that breaks off makes reading fail, and never looks whole',
  },
  'sees only the first of several fields with cookies': {
    Adapter: telling((_request, { headers, rawHeaders }) => {
      const index = rawHeaders.findIndex((name) => name.toLowerCase() === 'cookie');
      return { headers: new RecordHeaders({ ...headers, cookie: rawHeaders[index + 1] }) };
    }),
    noticedBy: 'cookies in several fields are all there (RFC 9113, 8.2.3)',
  },
  'keeps ranges from its handlers': {
    Adapter: telling((_request, { headers }) => ({ headers: new RecordHeaders({ ...headers, range: undefined }) })),
    noticedBy: 'a range of a file is 206',
  },
  'waits for more before it sends': {
    Adapter: streaming(async (stream, response) => {
      response.flushHeaders();
      let waiting = Buffer.alloc(0);
      for await (const chunk of stream) {
        waiting = Buffer.concat([waiting, Buffer.from(chunk)]);
        if (waiting.byteLength < 1024) continue;
        response.write(waiting);
        waiting = Buffer.alloc(0);
      }
      response.end(waiting);
    }),
    noticedBy: 'server-sent events arrive as they happen, with their fields',
  },
  'sends a stream without the length it has': {
    Adapter: class extends TinyAdapter {
      protected override sendStream(stream: AnswerStream, response: ServerResponse): Promise<void> {
        response.removeHeader('content-length');
        return super.sendStream(stream, response);
      }
    },
    noticedBy: 'the length a handler gives with a stream is sent',
  },
  'gives no handler back whose client has left': {
    Adapter: class extends TinyAdapter {
      protected override requestOf(message: IncomingMessage, response: ServerResponse): HostRequest {
        return { ...super.requestOf(message, response), onClose: () => () => {} };
      }

      protected override async sendStream(stream: AnswerStream, response: ServerResponse): Promise<void> {
        response.flushHeaders();
        for await (const chunk of stream) response.write(chunk);
        response.end();
      }
    },
    noticedBy: 'a handler is given back once when the client leaves in mid-stream',
  },
  'takes a client that leaves for an error': {
    Adapter: class extends TinyAdapter {
      protected override requestOf(message: IncomingMessage, response: ServerResponse): HostRequest {
        response.once(
          'close',
          () => response.writableFinished || this.options.onError(new Error('The client has left')),
        );
        return super.requestOf(message, response);
      }
    },
    noticedBy: 'the host is told of no error when a client leaves',
  },
  'forgets those who wait behind another request': {
    Adapter: telling((_request, _message, response) => ({
      onClose: (listener) => {
        response.once('close', () => response.writableFinished || listener());
        return () => {};
      },
    })),
    noticedBy: 'a client that leaves while its requests wait for each other ends them all',
  },
  'tells its host of each error twice': {
    Adapter: class extends TinyAdapter {
      protected override requestOf(message: IncomingMessage, response: ServerResponse): HostRequest {
        const onError = (error: unknown): void => {
          for (let time = 0; time < 2; time += 1) this.options.onError(error);
        };
        return { ...super.requestOf(message, response), onError };
      }
    },
    noticedBy: 'the host is told of an unexpected error once',
  },
  'never ends the turn of a session': {
    Adapter: class extends TinyAdapter {
      protected override sessionOf(message: IncomingMessage, response: ServerResponse): HostSession {
        const take: HostSession['turns']['take'] = async (...asked) => {
          await this.turns.take(...asked);
          return () => {};
        };
        return { ...super.sessionOf(message, response), waitMs: 50, turns: { take } };
      }
    },
    noticedBy: 'release() saves, and lets the next request of the session begin',
  },
  'keeps the old identity of a session': {
    Adapter: storing({ regenerate: async () => {} }),
    noticedBy: 'regenerate() changes the identity, keeps the values, and ends the old identity',
  },
  'leaves an abandoned session in its store': {
    Adapter: storing({ destroy: async () => {} }),
    noticedBy: 'abandon() destroys the session and withdraws its cookie',
  },
  'finds headers only by the name in lower case': {
    Adapter: telling(({ headers }) => ({
      headers: headersWith(headers, (name) => (name === name.toLowerCase() ? headers.get(name) : null)),
    })),
    noticedBy: 'headers are found in any letter case, and absent ones are null',
  },
  'takes the members of objects for headers': {
    Adapter: telling(({ headers }) => ({
      headers: headersWith(headers, (name) => headers.get(name) ?? (name in {} ? name : null)),
    })),
    noticedBy: 'headers named as members of objects are absent like others',
  },
  'keeps If-Range from its handlers': {
    Adapter: telling((_request, { headers }) => ({
      headers: new RecordHeaders({ ...headers, 'if-range': undefined }),
    })),
    noticedBy: 'a range of what has changed since is the whole file',
  },
  'takes two slashes for the beginning of a host': {
    Adapter: telling((_request, { headers, url = '' }) => ({ url: new URL(url, `http://${headers.host}`).href })),
    noticedBy: 'a path that begins with two slashes names no other host',
  },
  'reads a path in another charset than it was written in': {
    Adapter: telling(({ path }) => ({
      path: path.includes('%') ? encodeURI(Buffer.from(decodeURI(path)).toString('latin1')) : path,
    })),
    noticedBy: 'a path in other scripts is decoded as UTF-8',
  },
  'does not know who asks': {
    Adapter: telling(() => ({ ip: undefined })),
    noticedBy: 'the address of the client is known',
  },
  'takes every connection for a secure one': {
    Adapter: telling(() => ({ secure: true })),
    noticedBy: 'a request is secure over TLS, and over nothing else',
  },
  'hides what it works with': {
    Adapter: telling(() => ({ native: undefined })),
    noticedBy: 'context.native is what the host itself works with',
  },
  'takes refusals for errors': {
    Adapter: class extends TinyAdapter {
      protected override send(answered: HostAnswer, response: ServerResponse): Promise<void> {
        if (answered.status >= 400) this.options.onError(new Error(`The status is ${answered.status}`));
        return super.send(answered, response);
      }
    },
    noticedBy: 'an HttpException is an outcome, which nobody is told of',
  },
  'passes a request on without what middleware has set': {
    Adapter: class extends TinyAdapter {
      protected override passOn(response: ServerResponse): void {
        for (const name of response.getHeaderNames()) response.removeHeader(name);
        super.passOn(response);
      }
    },
    noticedBy: 'what middleware sets before goes with a request that is passed on',
  },
  'stores every session it has looked at': {
    Adapter: class extends TinyAdapter {
      protected override async loadSession(key: string | undefined, response: ServerResponse): Promise<StoredSession> {
        const session = await super.loadSession(key, response);
        await session.save({ ...session.values });
        return session;
      }
    },
    noticedBy: 'a session that is only looked at is neither stored nor given a cookie',
  },
};

describe('an adapter that', () => {
  it('can be got wrong in more than 50 ways', () => {
    expect(Object.keys(sabotages)).to.have.length.above(50);
  });

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
