import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { PassThrough, pipeline, type Readable, Transform } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { createApp, defineHandler, type HttpContext } from '@verbena/core';
import { type Answer, ask, type LocalServer } from '@verbena/test-hosts';
import { expect } from 'chai';
import type { FastifyInstance } from 'fastify';
import { LoggedFastify } from './fastify-server.test-support.js';
import { toFastify } from './plugin.js';

describe('an answer given to Fastify', () => {
  let logged: LoggedFastify | undefined;

  afterEach(async () => {
    await logged?.fastify.close();
    logged = undefined;
  });

  async function start(
    act: (context: HttpContext) => unknown,
    before: (fastify: FastifyInstance) => void = () => {},
  ): Promise<LocalServer> {
    await logged?.fastify.close();
    logged = new LoggedFastify();
    before(logged.fastify);
    const app = createApp({
      handlers: [defineHandler('/', (context: HttpContext) => act(context))],
      development: false,
      onError: () => {},
    });
    await logged.fastify.register(toFastify(app));
    return logged.start();
  }

  it('sends no type that only a hook has thought of', async () => {
    for (const act of [() => undefined, () => new Response(new Blob(['x']).stream())]) {
      const running = await start(act, (fastify) => {
        fastify.addHook('onRequest', async (_request, reply) => void reply.type('text/html'));
      });
      expect((await ask(running, {})).message.headers).to.not.have.property('content-type');
    }
  });

  it('passes through the hooks of Fastify, which see and may change it', async () => {
    const seen: unknown[] = [];
    const { url } = await start(
      () => '<p>hello</p>',
      (fastify) => {
        fastify.addHook('onSend', async (_request, reply, payload) => {
          seen.push(reply.statusCode, reply.getHeader('content-type'), reply.getHeader('content-length'));
          return String(payload).toUpperCase().concat('!');
        });
        fastify.addHook('onResponse', async (_request, reply) => void seen.push(reply.statusCode));
      },
    );
    const response = await fetch(url);
    expect(await response.text()).to.equal('<P>HELLO</P>!');
    expect(response.headers.get('content-length')).to.equal('13');
    expect(seen).to.deep.equal([200, 'text/html; charset=utf-8', '12', 200]);
  });

  it('is told to the logger as any other', async () => {
    const { url } = await start(() => 'text');
    await (await fetch(url)).text();
    await logged?.fastify.close();
    expect(logged?.lines.map(({ msg }) => msg)).to.include.members(['incoming request', 'request completed']);
  });

  it('keeps the cookies that hooks set, before and after', async () => {
    const { url } = await start(
      ({ response }) => {
        response.cookies.set('handler', '1');
        response.cookies.set('handler-too', '1');
      },
      (fastify) => {
        fastify.addHook('onRequest', async (_request, reply) => void reply.header('set-cookie', 'before=1'));
        fastify.addHook('onSend', async (_request, reply) => void reply.header('set-cookie', 'after=1'));
      },
    );
    const names = (await fetch(url)).headers.getSetCookie().map((line) => line.split('=')[0]);
    expect(names).to.have.members(['before', 'handler', 'handler-too', 'after']);
  });

  it('adds to Vary rather than replacing it', async () => {
    const { url } = await start(
      ({ response }) => {
        response.headers.append('vary', 'Accept');
        response.headers.append('vary', 'Origin');
      },
      (fastify) => {
        fastify.addHook('onRequest', async (_request, reply) => void reply.header('vary', 'Accept-Encoding, origin'));
      },
    );
    const names = ((await fetch(url)).headers.get('vary') ?? '').toLowerCase().split(/,\s*/);
    expect(names.toSorted()).to.deep.equal(['accept', 'accept-encoding', 'origin']);
  });

  it('sends a repeated header as often as it was appended', async () => {
    const running = await start(({ response }) => {
      response.headers.append('link', '</a>');
      response.headers.append('link', '</b>');
    });
    const { message } = await ask(running, {});
    expect(message.headersDistinct['link']).to.deep.equal(['</a>', '</b>']);
  });

  it('is not serialised again by what the application serialises with', async () => {
    const { url } = await start(
      () => ({ a: 1 }),
      (fastify) => {
        fastify.setReplySerializer(() => 'serialised');
        fastify.addHook('preSerialization', async () => 'changed');
      },
    );
    expect(await (await fetch(url)).text()).to.equal('{"a":1}');
  });

  it('can be compressed, text as well as a stream, by a hook', async () => {
    for (const act of [
      () => 'hello hello',
      async function* () {
        yield 'hello ';
        yield 'hello';
      },
    ]) {
      const running = await start(act, (fastify) => {
        fastify.addHook('onSend', async (_request, reply, payload) => {
          reply.header('content-encoding', 'gzip').removeHeader('content-length');
          return typeof payload === 'string'
            ? gzipSync(payload)
            : pipeline(payload as Readable, createGzip(), () => {});
        });
      });
      const response = await fetch(running.url);
      expect(response.headers.get('content-encoding')).to.equal('gzip');
      expect(await response.text()).to.equal('hello hello');
    }
  });

  it('breaks the connection when it fails behind a pipe of such a hook', async () => {
    const running = await start(
      async function* () {
        yield 'first';
        throw new Error('broken');
      },
      (fastify) => {
        fastify.addHook('onSend', async (_request, _reply, payload) =>
          pipeline(payload as Readable, new PassThrough(), () => {}),
        );
      },
    );
    const answered = await ask(running, {}).catch((error: unknown) => error);
    expect(answered instanceof Error || (answered as Answer).broken).to.equal(true);
    expect(logged?.errors).to.deep.equal(['broken']);
  });

  it('breaks the connection when it fails while a hook still holds it up', async () => {
    let held: () => void = () => {};
    const running = await start(
      () => new ReadableStream({ pull: () => Promise.reject(new Error('broken')) }),
      (fastify) => {
        fastify.addHook('onSend', async (_request, reply, payload) => {
          (payload as Readable).resume();
          await once(reply.raw, 'close');
          held();
          return payload;
        });
      },
    );
    const overHeld = new Promise<void>((resolve) => {
      held = resolve;
    });
    expect(await ask(running, {}).catch(() => 'broken off')).to.equal('broken off');
    await overHeld;
    expect(logged?.errors).to.deep.equal(['broken']);
  });

  it('can be measured piece by piece as it streams', async () => {
    let bytes = 0;
    const { url } = await start(
      async ({ response }) => {
        for (const piece of ['one', 'two', 'three']) {
          response.write(piece);
          await response.flush();
        }
      },
      (fastify) => {
        fastify.addHook('onSend', async (_request, _reply, payload) => {
          const meter = new Transform({
            transform(chunk: Buffer, _encoding, done) {
              bytes += chunk.byteLength;
              done(null, chunk);
            },
          });
          return (payload as Readable).pipe(meter);
        });
      },
    );
    expect(await (await fetch(url)).text()).to.equal('onetwothree');
    expect(bytes).to.equal(11);
  });

  it('has its head sent when it is flushed, before there is a first piece', async () => {
    let goOn: () => void = () => {};
    const running = await start(async ({ response }) => {
      response.headers.set('x-head', '1');
      await response.flush();
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      response.write('piece');
    });
    const client = request({ host: '127.0.0.1', port: running.port, agent: false }).end();
    const [message] = (await once(client, 'response')) as [Readable & Answer['message']];
    expect(message.headers['x-head']).to.equal('1');
    goOn();
    let text = '';
    for await (const chunk of message.setEncoding('utf8')) text += chunk as string;
    expect(text).to.equal('piece');
  });

  it('lets others have their turn while a stream whose pieces are always there goes to a client that takes them', async () => {
    const { port, url } = await start(async function* ({ request: { query } }) {
      if (query.has('endless')) for (;;) yield 'x';
      yield 'other';
    });
    const client = request({ host: '127.0.0.1', port, path: '/?endless', agent: false }).end();
    const [message] = (await once(client, 'response')) as [Readable];
    let taken = 0;
    message.on('data', (chunk: Buffer) => (taken += chunk.byteLength));
    expect(await (await fetch(url)).text()).to.equal('other');
    expect(taken).to.be.lessThan(1_048_576);
    message.on('error', () => {}).destroy();
  });
});

describe('a body whose time runs out while its client takes nothing', () => {
  it('breaks the connection instead of waiting for the client', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const chunk = new Uint8Array(1_048_576);
      for (;;) yield chunk;
    }
    const handler = defineHandler({ path: '/', timeoutMs: 200 }, () => endless());
    const logged = new LoggedFastify();
    await logged.fastify.register(toFastify(createApp({ handlers: [handler], onError: () => {} })));
    const { port } = await logged.start();
    const client = connect(port, '127.0.0.1').pause();
    client.on('error', () => {});
    try {
      client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      const [connection] = (await once(logged.fastify.server, 'connection')) as [Socket];
      await once(connection, 'close');
    } finally {
      client.destroy();
      await logged.fastify.close();
    }
  });
});
