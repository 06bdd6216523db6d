import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createApp, defineHandler, type HandlerApp, type HttpContext, HttpException } from '@verbena/core';
import { expect } from 'chai';
import { listen, type LocalServer } from '@verbena/test-hosts';
import { Wire } from './client.test-support.js';
import { toNode } from './listener.js';
import { serve } from './serve.js';

type Act = (context: HttpContext) => unknown;

/** A way round what is sent at once. The bytes on the wire must not show which way was taken. */
interface Way {
  readonly act?: (act: Act) => Act;
  readonly listener?: (app: HandlerApp) => RequestListener;
  readonly start?: (app: HandlerApp) => Promise<Pick<LocalServer, 'port' | 'close'>>;
  /** How the request is written. */
  readonly ask?: (verb: string) => string;
}

const ways: Readonly<Record<string, Way>> = {
  'a handler that takes time': { act: (act) => async (context) => act(context) },
  'a signal that is listened to': {
    act: (act) => (context) => {
      context.signal.addEventListener('abort', () => {});
      return act(context);
    },
  },
  'a response that was touched': {
    listener(app) {
      const answer = toNode(app);
      return (message, response) => answer(message, response.setHeader(TOUCHED, '1'));
    },
  },
  'a response that was touched, and time': {
    act: (act) => async (context) => act(context),
    listener(app) {
      const answer = toNode(app);
      return (message, response) => answer(message, response.setHeader(TOUCHED, '1'));
    },
  },
  'a server of ours': { start: (app) => serve(app, { port: 0, host: '127.0.0.1', signals: [], idleTimeoutMs: 5000 }) },
  'a proxy': { listener: (app) => toNode(app, { trustedProxies: 1 }) },
  'a request behind another': {
    ask: (verb) => `GET /before HTTP/1.1\r\nHost: verbena.test\r\n\r\n${requestFor(verb)}`,
  },
  'a whole URL, with a query': { ask: (verb) => requestFor(verb).replace(' /act', ' http://verbena.test/act?q=1') },
  'a query': { ask: (verb) => requestFor(verb).replace(' /act', ' /act?q=/x#') },
};

const TOUCHED = 'x-touched';

const acts: Readonly<Record<string, Act>> = {
  text: () => 'Hello',
  'a text of many bytes a letter': () => 'Grüße, 世界 🌍 \ud800',
  'no text': () => '',
  JSON: () => ({ name: 'Ü' }),
  bytes: () => new Uint8Array([0, 255, 13, 10, 13, 10]),
  nothing: () => undefined,
  cookies: ({ response }) => {
    response.cookies.set('one', '1');
    response.cookies.set('two', '2');
    return 'baked';
  },
  'repeated fields': ({ response }) => {
    response.headers.append('link', '</a>; rel=prev');
    response.headers.append('link', '</b>; rel=next');
    response.headers.append('vary', 'Accept');
    response.headers.append('vary', 'Cookie');
    return 'linked';
  },
  'a field of the connection': ({ response }) => {
    response.headers.set('connection', 'close');
    return 'last';
  },
  'not modified': ({ response }) => {
    response.status = 304;
    response.headers.set('etag', '"1"');
  },
  'a stream': async function* () {
    yield 'one';
    yield new Uint8Array([255]);
  },
  'an exception': () => {
    throw new HttpException(409, 'It is there already');
  },
  'an unexpected error': () => {
    throw new Error('not for the client');
  },
};

function requestFor(verb: string): string {
  return `${verb} /act HTTP/1.1\r\nHost: verbena.test\r\nConnection: close\r\n\r\n`;
}

/** The bytes of one answer, but for the time and what the way itself put there. */
async function bytesOf(act: Act, verb: string, way: Way): Promise<string> {
  const doing = way.act?.(act) ?? act;
  const app = createApp({
    development: false,
    onError: () => {},
    handlers: [defineHandler('/act', (context) => doing(context)), defineHandler('/before', () => 'before')],
  });
  const listener = way.listener ?? toNode;
  const server = await (way.start?.(app) ?? listen(createServer(listener(app))));
  const wire = new Wire(server.port).send((way.ask ?? requestFor)(verb));
  await wire.ended;
  wire.destroy();
  await server.close();
  const own = wire.text.slice(wire.text.lastIndexOf('HTTP/1.1 '));
  return own.replace(/\r\nDate: [^\r]+/, '').replace(`\r\n${TOUCHED}: 1`, '');
}

describe('an answer that is sent at once', () => {
  for (const [what, act] of Object.entries(acts)) {
    it(`is the same on the wire as on every other way: ${what}`, async () => {
      for (const verb of ['GET', 'HEAD']) {
        const expected = await bytesOf(act, verb, {});
        expect(expected).to.match(/^HTTP\/1\.1 \d{3} /);
        for (const [name, way] of Object.entries(ways))
          expect(await bytesOf(act, verb, way), `${verb}, ${name}`).to.equal(expected);
      }
    });
  }

  it('says what app.fetch says', async () => {
    for (const [what, act] of Object.entries(acts)) {
      if (what === 'a field of the connection') continue;
      const app = createApp({
        development: false,
        onError: () => {},
        handlers: [defineHandler('/act', (it) => act(it))],
      });
      const fetched = await app.fetch(new Request('http://verbena.test/act'));
      const server = await listen(createServer(toNode(app)));
      const answered = await fetch(`http://127.0.0.1:${server.port}/act`);
      const seen = async (response: Response): Promise<unknown> => ({
        status: response.status,
        headers: [...response.headers].filter(([name]) => !OF_NODE.has(name)),
        body: [...new Uint8Array(await response.arrayBuffer())],
      });
      expect(await seen(answered), what).to.deep.equal(await seen(fetched));
      await server.close();
    }
  });
});

/** What Node adds to an answer. */
const OF_NODE: ReadonlySet<string> = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);

describe('a body that comes at once', () => {
  const body = '{"name":"Grüße 🌍"}';
  const head = `POST /act HTTP/1.1\r\nHost: verbena.test\r\nConnection: close\r\nContent-Type: application/json\r\n`;
  const bytes = Buffer.from(body);
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`;
  const sized = `${head}Content-Length: ${bytes.length}\r\n\r\n`;
  const latin1 = bytes.toString('latin1');
  const forms: Readonly<Record<string, readonly [string, ...string[]]>> = {
    'in chunks': [
      `${chunked}4\r\n${latin1.slice(0, 4)}\r\n${(bytes.length - 4).toString(16)}\r\n${latin1.slice(4)}\r\n0\r\n\r\n`,
    ],
    'after its head': [sized, latin1],
    'in two parts, between the bytes of a letter': [`${sized}${latin1.slice(0, 12)}`, latin1.slice(12)],
  };

  async function answerTo([first, ...rest]: readonly [string, ...string[]], act: Act): Promise<string> {
    const app = createApp({ development: false, handlers: [defineHandler('POST /act', (it) => act(it))] });
    const server = createServer(toNode(app));
    const { port, close } = await listen(server);
    const wire = new Wire(port).send(first);
    for (const part of rest) {
      await once(server, 'request');
      wire.send(part);
    }
    await wire.ended;
    await close();
    return wire.text.replace(/\r\nDate: [^\r]+/, '');
  }

  it('is read as one that comes later', async () => {
    const acts: readonly Act[] = [
      ({ request }) => request.json(),
      ({ request }) => request.text(),
      ({ request }) => request.bytes(),
      async ({ request }) => {
        await request.json();
        return request.bytes();
      },
    ];
    for (const act of acts) {
      const expected = await answerTo([sized + latin1], act);
      expect(expected).to.contain(latin1);
      for (const [form, parts] of Object.entries(forms)) expect(await answerTo(parts, act), form).to.equal(expected);
    }
  });
});
