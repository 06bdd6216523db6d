import { once } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { expect } from 'chai';
import { WriteStream } from '../answer-stream.js';
import { createApp, type HandlerApp } from '../app.js';
import { Barrier } from '../barrier.test-support.js';
import type { HttpContext } from '../context.js';
import { defineHandler } from '../decorators/define.js';
import { ResponseHeaders } from '../headers.js';
import { forEachField, sendAnswer, sendUntouched, watchPiped } from './node-answer.js';
import { type NodeServer, startNode } from './node-server.test-support.js';

function appOf(act: (context: HttpContext) => unknown): HandlerApp {
  return createApp({ handlers: [defineHandler('/', act)], development: false, onError: () => {} });
}

describe('sendAnswer', () => {
  let running: NodeServer;

  afterEach(() => running.close());

  it('replaces what the host has set, and adds to its cookies', async () => {
    const app = appOf(({ response }) => {
      response.headers.set('x-shared', 'ours');
      response.headers.append('set-cookie', 'b=2');
      return 'done';
    });
    running = await startNode(app, (response) => {
      response.setHeader('x-shared', 'theirs');
      response.setHeader('x-own', 'kept');
      response.setHeader('set-cookie', 'a=1');
    });
    const { headers } = await fetch(running.url);
    expect(headers.get('x-shared')).to.equal('ours');
    expect(headers.get('x-own')).to.equal('kept');
    expect(headers.getSetCookie()).to.deep.equal(['a=1', 'b=2']);
  });

  for (const [theirs, ours, merged] of [
    ['Origin', 'Accept', 'Origin, Accept'],
    ['accept, Origin', 'Accept', 'Accept, Origin'],
    ['*', 'Accept', '*'],
    ['Origin', '*', '*'],
    ['', 'Accept', 'Accept'],
  ] as const) {
    it(`makes "${merged}" of a Vary of ${theirs} and one of ${ours}`, async () => {
      const app = appOf(({ response }) => response.headers.set('vary', ours));
      running = await startNode(app, (response) => response.setHeader('vary', theirs));
      expect((await fetch(running.url)).headers.get('vary')).to.equal(merged);
    });
  }

  it('sends nothing where the host has answered already, and stops the stream', async () => {
    const stopped = new Barrier();
    const app = appOf(() => new ReadableStream({ cancel: () => stopped.open(undefined) }));
    running = await startNode(app, (response) => response.end('theirs'));
    expect(await (await fetch(running.url)).text()).to.equal('theirs');
    await stopped.passed;
  });

  it('tells middleware that compresses to let each piece go', async () => {
    const seen = new Barrier();
    const app = appOf(async ({ response }) => {
      response.write('first\n');
      await response.flush();
      await seen.passed;
      response.write('second\n');
    });
    running = await startNode(app, (response) => {
      const gzip = createGzip();
      const { write, end } = response;
      gzip.on('data', (chunk: Buffer) => write.call(response, chunk, 'utf8'));
      gzip.on('end', () => end.call(response, undefined, 'utf8'));
      response.setHeader('content-encoding', 'gzip');
      Object.assign(response, {
        write: gzip.write.bind(gzip),
        end: gzip.end.bind(gzip),
        flush: () => gzip.flush(),
      });
    });
    const { body } = await fetch(running.url);
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).to.equal('first\n');
    seen.open(undefined);
    expect((await reader?.read())?.value).to.equal('second\n');
    expect((await reader?.read())?.done).to.equal(true);
  });

  it('destroys the connection of a client that takes nothing of a stream that fails', async () => {
    const gone = new Barrier();
    const app = appOf(async ({ response, native }) => {
      await response.flush();
      response.write('x'.repeat(10_000_000));
      // Once the connection is full, the adapter asks for nothing until the client has taken some.
      while (!(native as ServerResponse).writableNeedDrain) await new Promise((resolve) => setImmediate(resolve));
      (native as ServerResponse).once('close', () => gone.open(undefined));
      throw new Error('the source is gone');
    });
    running = await startNode(app);
    const socket = connect(running.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n');
    await gone.passed;
    socket.destroy();
  });
});

describe('a head that Node refuses', () => {
  /** Has a response with such a head answered; gives what that threw, and how the body's stream came to its end. */
  async function refused(send: (response: ServerResponse, body: WriteStream) => unknown): Promise<[unknown, string]> {
    const ended = new Barrier<string>();
    let thrown: unknown;
    const server = createServer((_message, response) => {
      response.statusMessage = 'no\r\nmessage';
      try {
        send(response, new WriteStream((how) => ended.open(how)));
      } catch (error) {
        thrown = error;
        response.destroy();
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asked = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, agent: false });
    await once(asked, 'error');
    server.close();
    return [thrown, await ended.passed];
  }

  for (const [name, send] of Object.entries({ sendAnswer, sendUntouched })) {
    it(`is thrown by ${name}, and its stream returned`, async () => {
      const [thrown, how] = await refused((response, body) =>
        send(response, { status: 200, headers: new ResponseHeaders(), body }),
      );
      expect(thrown).to.have.property('code', 'ERR_INVALID_CHAR');
      expect(how).to.equal('cancelled');
    });
  }

  it('fails the stream that watchPiped looks after, and its body is returned', async () => {
    const failures: unknown[] = [];
    const [thrown, how] = await refused((response, body) => {
      const stream = Readable.from(body, { objectMode: false });
      stream.once('error', (error) => failures.push(error));
      watchPiped(stream, body, response);
      stream.pipe(response);
    });
    expect([thrown, how]).to.deep.equal([undefined, 'cancelled']);
    expect(failures).to.have.length(1);
    expect(failures[0]).to.have.property('code', 'ERR_INVALID_CHAR');
  });
});

describe('the head of a stream', () => {
  let running: NodeServer;

  afterEach(() => running.close());

  /** What goes to the connection, write by write. */
  function watchWrites(response: ServerResponse): readonly string[] {
    const writes: string[] = [];
    const socket = response.socket as Socket & Required<Pick<Socket, '_writev'>>;
    const { _write, _writev } = socket;
    Object.assign(socket, {
      _write(chunk: Buffer | string, encoding: BufferEncoding, done: () => void): void {
        writes.push(chunk.toString());
        _write.call(socket, chunk, encoding, done);
      },
      _writev(chunks: { chunk: Buffer | string; encoding: BufferEncoding }[], done: () => void): void {
        writes.push(chunks.map(({ chunk }) => chunk.toString()).join(''));
        _writev.call(socket, chunks, done);
      },
    });
    return writes;
  }

  it('goes together with a first piece that is there at once', async () => {
    let writes: readonly string[] = [];
    const app = appOf(async function* () {
      yield 'piece';
    });
    running = await startNode(app, (response) => {
      writes = watchWrites(response);
    });
    expect(await (await fetch(running.url)).text()).to.equal('piece');
    expect(writes[0]).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n5\r\npiece/);
  });

  for (const [what, act, sent] of [
    [
      'nothing',
      async ({ response }: HttpContext) => {
        await response.flush();
        throw new Error('broken');
      },
      '',
    ],
    [
      'a first piece',
      async function* () {
        yield 'piece';
        throw new Error('broken');
      },
      '5\r\npiece\r\n',
    ],
    [
      'pieces, the last just written',
      async ({ response }: HttpContext) => {
        response.write('first');
        await response.flush();
        response.write('last');
        throw new Error('broken');
      },
      '5\r\nfirst\r\n4\r\nlast\r\n',
    ],
  ] as const) {
    it(`goes before ${what} where the body breaks off then, which the client could take for a lost request otherwise`, async () => {
      running = await startNode(appOf(act));
      const connection = connect(running.port, '127.0.0.1', () =>
        connection.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
      );
      let got = '';
      connection.on('data', (chunk) => (got += String(chunk)));
      connection.on('error', () => {});
      await once(connection, 'close');
      expect(got).to.match(/^HTTP\/1\.1 200 OK\r\n/);
      expect(got.slice(got.indexOf('\r\n\r\n') + 4)).to.equal(sent);
    });
  }
});

describe('forEachField', () => {
  const headers = new ResponseHeaders();
  headers.set('connection', 'close');
  headers.set('http2-settings', 'AAMAAABk');
  headers.set('te', 'gzip');
  headers.set('upgrade', 'other');
  headers.set('etag', ['"a"', '"b"']);
  headers.set('set-cookie', ['a=1', 'b=2']);
  headers.set('x-own', 'yes');

  it('leaves the fields of a connection out of HTTP/2, and makes one line of a list (RFC 9113, 8.2.2)', () => {
    expect(fieldsFor(2, headers)).to.deep.equal([
      ['etag', '"a", "b"'],
      ['set-cookie', ['a=1', 'b=2']],
      ['x-own', 'yes'],
    ]);
  });

  it('leaves them as they are for HTTP/1', () => {
    expect(fieldsFor(1, headers)).to.deep.equal(headers.fields());
  });
});

function fieldsFor(httpVersionMajor: number, headers: ResponseHeaders): [string, string | string[]][] {
  const fields: [string, string | string[]][] = [];
  forEachField({ req: { httpVersionMajor } }, headers, (name, value) => fields.push([name, value]));
  return fields;
}
