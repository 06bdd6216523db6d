import { expect } from 'chai';
import { defineHandler, type HandlerFunction, type HttpContext } from '@verbena/core';
import { Barrier } from '../barrier.js';
import { type Behaviour, behavioursOf, overSocket } from '../behaviour.js';
import { problemIn } from '../problem-details.js';
import { brokenOff } from '../rejection.js';

/** Handlers that stream six bytes, in two pieces, after naming another length. */
function wrongLengths(length: number): readonly HandlerFunction[] {
  return [
    defineHandler('GET /returned', ({ response }: HttpContext) => {
      response.headers.set('content-length', length);
      return ReadableStream.from(['abc', 'def']);
    }),
    defineHandler('GET /written', async ({ response }: HttpContext) => {
      response.headers.set('content-length', length);
      response.write('abc');
      await response.flush();
      response.write('def');
    }),
  ];
}

/** Status, headers, cookies and redirects, and the messages that have no content. */
export const responses: readonly Behaviour[] = behavioursOf('responses', {
  'a status is sent as chosen, also one without a standard phrase': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /:status', ({ request, response }: HttpContext) => {
        response.status = Number(request.params['status']);
        return 'body';
      }),
    ]);
    for (const status of [200, 201, 299, 404, 451, 500, 599]) {
      const response = await fetch(`/${status}`);
      expect(response.status).to.equal(status);
      expect(await response.text()).to.equal('body');
    }
  },

  'headers are sent as set, added and deleted': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', ({ response: { headers } }: HttpContext) => {
        headers.set('X-Set', 'first');
        headers.set('x-set', 'second');
        headers.append('link', '</a>; rel=preload');
        headers.append('link', '</b>; rel=preload');
        headers.set('x-deleted', 'x');
        headers.delete('X-Deleted');
        headers.set('x-number', 12);
        return 'body';
      }),
    ]);
    const { headers } = await fetch('/');
    expect(headers.get('x-set')).to.equal('second');
    expect(headers.get('link')).to.equal('</a>; rel=preload, </b>; rel=preload');
    expect(headers.has('x-deleted')).to.equal(false);
    expect(headers.get('x-number')).to.equal('12');
  },

  'a chosen type is sent, by its short name or in full': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /**:type', ({ request, response }: HttpContext) => {
        response.type = request.params['type'] ?? '';
        return '<looks like html>';
      }),
    ]);
    const typeFor = async (path: string): Promise<string | null> => (await fetch(path)).headers.get('content-type');
    expect(await typeFor('/text')).to.equal('text/plain; charset=utf-8');
    expect(await typeFor('/json')).to.equal('application/json');
    expect(await typeFor('/image/svg+xml')).to.equal('image/svg+xml');
  },

  'each cookie has a header line of its own': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', ({ response: { cookies } }: HttpContext) => {
        cookies.set('one', 'a b;ü');
        cookies.set('two', '2', { httpOnly: false, path: '/two', maxAge: 60 });
        return 'body';
      }),
    ]);
    expect((await fetch('/')).headers.getSetCookie()).to.deep.equal([
      'one=a%20b%3B%C3%BC; Path=/; HttpOnly; SameSite=Lax',
      'two=2; Max-Age=60; Path=/two; SameSite=Lax',
    ]);
  },

  'several cookies go with a stream, each in a line of its own': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        for (const name of ['one', 'two', 'three']) response.cookies.set(name, '1');
        response.headers.append('set-cookie', 'four=1');
        await response.flush();
        response.write('body');
      }),
    ]);
    const response = await fetch('/');
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    expect(cookies).to.have.members(['one=1', 'two=1', 'three=1', 'four=1']);
    expect(await response.text()).to.equal('body');
  },

  'a field with several values keeps them all, in order': overSocket(async (stage) => {
    const served = await stage.serve([
      defineHandler('GET /', ({ response: { headers } }: HttpContext) => {
        headers.set('x-list', ['a', 'b']);
        headers.append('x-list', 'c');
        headers.append('www-authenticate', 'Basic realm="a, b"');
        headers.append('www-authenticate', 'Bearer');
        return 'body';
      }),
    ]);
    const connection = await served.connect();
    connection.request('GET /');
    const { headers } = await connection.answer();
    expect(headers.get('x-list')?.split(/ *, */)).to.deep.equal(['a', 'b', 'c']);
    expect(headers.get('www-authenticate')).to.equal('Basic realm="a, b", Bearer');
  }),

  'a cookie goes with an answer without content, too': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('POST /', ({ response }: HttpContext) => response.cookies.delete('gone')),
    ]);
    const response = await fetch('/', { method: 'POST' });
    expect(response.status).to.equal(204);
    expect(response.headers.getSetCookie()[0]).to.match(/^gone=;.*Max-Age=0/);
  },

  'a header value with a line break is refused': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', ({ request, response }: HttpContext) => {
        response.headers.set('x-name', request.query.get('name') ?? '');
        return 'body';
      }),
    ]);
    const response = await fetch('/?name=a%0D%0AX-Injected:%20b');
    await problemIn(response, 500);
    expect(response.headers.has('x-injected')).to.equal(false);
    expect(response.headers.has('x-name')).to.equal(false);
  },

  'a cookie with a line break is refused, or harmless': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /value', ({ response }: HttpContext) => response.cookies.set('a', 'b\r\nX-Injected: c')),
      defineHandler('GET /path', ({ response }: HttpContext) =>
        response.cookies.set('a', 'b', { path: '/\r\nX-Injected: c' }),
      ),
    ]);
    const value = await fetch('/value');
    expect(value.headers.has('x-injected')).to.equal(false);
    expect(value.headers.getSetCookie()[0]).to.include('a=b%0D%0AX-Injected%3A%20c');
    const path = await fetch('/path');
    await problemIn(path, 500);
    expect(path.headers.has('x-injected')).to.equal(false);
  },

  'a redirect is 302 with its location, and drops what was written': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', ({ response }: HttpContext) => {
        response.write('never seen');
        response.redirect('/there?a=ü b');
      }),
    ]);
    const response = await fetch('/');
    expect(response.status).to.equal(302);
    expect(response.headers.get('location')).to.equal('/there?a=%C3%BC%20b');
    expect(await response.text()).to.equal('');
  },

  'a redirect may have another status and lead to another host': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('POST /', ({ response }: HttpContext) => response.redirect('https://other.example/', 303)),
    ]);
    const response = await fetch('/', { method: 'POST' });
    expect(response.status).to.equal(303);
    expect(response.headers.get('location')).to.equal('https://other.example/');
  },

  'a redirect with a line break is refused': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', ({ request, response }: HttpContext) => response.redirect(request.query.get('to') ?? '')),
    ]);
    const response = await fetch('/?to=/a%0D%0AX-Injected:%20b');
    await problemIn(response, 500);
    expect(response.headers.has('x-injected')).to.equal(false);
    expect(response.headers.has('location')).to.equal(false);
  },

  'end() leaves a synchronous handler, and what was written is the answer': async (stage) => {
    let wentOn = false;
    const { fetch } = await stage.serve([
      defineHandler('GET /', ({ response }: HttpContext) => {
        response.write('one ');
        response.end('two');
        wentOn = true;
      }),
    ]);
    const answer = await fetch('/');
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-length')).to.equal('7');
    expect(await answer.text()).to.equal('one two');
    expect(wentOn).to.equal(false);
  },

  'after an await, end() sends the answer while the handler goes on': async (stage) => {
    const goOn = new Barrier();
    const wentOn = new Barrier();
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        await Promise.resolve();
        response.end('answer');
        await goOn.opened;
        wentOn.open();
      }),
    ]);
    expect(await (await fetch('/')).text()).to.equal('answer');
    goOn.open();
    await stage.within(wentOn.opened, 'the handler to go on');
  },

  'the length a handler gives with a stream is sent': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /', ({ response }: HttpContext) => {
        response.headers.set('content-length', 6);
        return ReadableStream.from(['abc', 'def']);
      }),
    ]);
    const response = await fetch('/');
    expect(response.headers.get('content-length')).to.equal('6');
    expect(await response.text()).to.equal('abcdef');
  },

  'a stream longer than the length it names breaks off, and nothing of it passes for another answer': async (stage) => {
    const { fetch, reported } = await stage.serve(wrongLengths(4));
    for (const path of ['/returned', '/written']) {
      const text = fetch(path).then((response) => response.text());
      // Whether the client hears of it depends on whether it looks beyond the length.
      expect('abcd', path).to.include(await text.catch(() => ''));
    }
    expect(reported.map((error) => (error as { code?: unknown }).code)).to.deep.equal(['wrong-length', 'wrong-length']);
  },

  'a stream shorter than the length it names breaks off': async (stage) => {
    const { fetch, reported } = await stage.serve(wrongLengths(8));
    for (const path of ['/returned', '/written']) await stage.within(brokenOff(fetch(path)), `${path} to break off`);
    expect(reported.map((error) => (error as { code?: unknown }).code)).to.deep.equal(['wrong-length', 'wrong-length']);
  },

  'after a stream of another length than it names, the connection takes no request': overSocket(async (stage) => {
    for (const length of [4, 8]) {
      const served = await stage.serve([...wrongLengths(length), defineHandler('GET /next', () => 'next')]);
      for (const path of ['/returned', '/written']) {
        const connection = await served.connect();
        connection.request(`GET ${path}`);
        connection.request('GET /next');
        const received = await stage.within(connection.end(), 'the connection to end');
        const [, ...content] = received.split('\r\n\r\n');
        expect('abcdef'.slice(0, length), `${path} with the length ${length}`).to.include(content.join(''));
      }
    }
  }),

  'the answer to HEAD sends no body, and the connection goes on': overSocket(async (stage) => {
    const served = await stage.serve([
      defineHandler('GET /text', () => 'hello'),
      defineHandler('GET /json', () => ({ a: 1 })),
      defineHandler('GET /bytes', () => new Uint8Array(9)),
      defineHandler('GET /blob', () => new Blob(['blob'])),
      defineHandler('GET /stream', () => ReadableStream.from(['must not be sent'])),
      defineHandler('GET /fault', () => {
        throw new Error('fault');
      }),
    ]);
    const connection = await served.connect();
    const lengths = { '/text': '5', '/json': '7', '/bytes': '9', '/blob': '4', '/stream': null };
    for (const [path, length] of Object.entries(lengths)) {
      connection.request(`HEAD ${path}`);
      const head = await connection.answer('HEAD');
      expect(head.status, path).to.equal(200);
      expect(head.headers.get('content-length'), path).to.equal(length);
    }
    connection.request('HEAD /fault');
    expect((await connection.answer('HEAD')).status).to.equal(500);
    connection.request('HEAD /unknown');
    expect((await connection.answer('HEAD')).status).to.equal(stage.unmatched === 'next' ? 200 : 404);
    connection.request('GET /text');
    expect((await connection.answer()).body).to.equal('hello');
  }),

  'HEAD of a stream sends no body, and stops the stream': async (stage) => {
    const stopped = new Barrier();
    const { fetch } = await stage.serve([
      defineHandler('GET /', () => new ReadableStream<string>({ cancel: () => stopped.open() }, { highWaterMark: 0 })),
    ]);
    const response = await fetch('/', { method: 'HEAD' });
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('application/octet-stream');
    expect(await response.text()).to.equal('');
    await stage.within(stopped.opened, 'the stream to be stopped');
  },

  'HEAD of a handler that flushes lets it run to its end': async (stage) => {
    const ended = new Barrier();
    const { fetch } = await stage.serve([
      defineHandler('GET /', async ({ response }: HttpContext) => {
        response.write('a'.repeat(200_000));
        await response.flush();
        response.write('b'.repeat(200_000));
        await response.flush();
        ended.open();
      }),
    ]);
    const response = await fetch('/', { method: 'HEAD' });
    expect(response.status).to.equal(200);
    expect(await response.text()).to.equal('');
    await stage.within(ended.opened, 'the handler to end');
  },

  '204 and 304 have no content and no length, and the connection goes on': overSocket(async (stage) => {
    const served = await stage.serve([
      defineHandler('GET /:status', ({ request, response }: HttpContext) => {
        response.status = Number(request.params['status']);
        response.headers.set('etag', '"a"');
        return request.query.has('stream') ? ReadableStream.from(['must not be sent']) : 'must not be sent';
      }),
      defineHandler('GET /text', () => 'hello'),
    ]);
    const connection = await served.connect();
    for (const path of ['/204', '/304', '/204?stream', '/304?stream']) {
      connection.request(`GET ${path}`);
      const answer = await connection.answer();
      expect(answer.status, path).to.equal(Number(path.slice(1, 4)));
      expect(answer.headers.get('etag'), path).to.equal('"a"');
      expect(answer.headers.has('content-length'), path).to.equal(false);
      expect(answer.headers.has('transfer-encoding'), path).to.equal(false);
    }
    connection.request('GET /text');
    expect((await connection.answer()).body).to.equal('hello');
  }),

  '205 has no content (RFC 9110, 15.3.6)': overSocket(async (stage) => {
    const served = await stage.serve([
      defineHandler('POST /', ({ response }: HttpContext) => {
        response.status = 205;
      }),
    ]);
    const connection = await served.connect();
    connection.request('POST /', ['Content-Length: 0', 'Connection: close']);
    expect(await connection.answer()).to.include({ status: 205, body: '' });
  }),

  'a buffered answer has a length, a streamed one comes in chunks': overSocket(async (stage) => {
    const served = await stage.serve([
      defineHandler('GET /text', () => 'hello'),
      defineHandler('GET /stream', () => ReadableStream.from(['hel', 'lo'])),
    ]);
    const connection = await served.connect();
    for (let round = 0; round < 2; round += 1) {
      connection.request('GET /text');
      const whole = await connection.answer();
      expect(whole.lines).to.include('content-length: 5');
      expect(whole.headers.has('transfer-encoding')).to.equal(false);
      connection.request('GET /stream');
      const streamed = await connection.answer();
      expect(streamed.lines).to.include('transfer-encoding: chunked');
      expect(streamed.headers.has('content-length')).to.equal(false);
      expect(streamed.body).to.equal('hello');
    }
  }),

  'no header is sent twice': overSocket(async (stage) => {
    const served = await stage.serve([
      defineHandler('GET /', ({ response }: HttpContext) => {
        response.headers.set('Content-Type', 'text/plain');
        response.headers.set('Vary', 'X-A');
        response.headers.set('Date', 'Sat, 21 Nov 2026 10:00:00 GMT');
        return 'hello';
      }),
    ]);
    const connection = await served.connect();
    connection.request('GET /');
    const names = (await connection.answer()).lines.map((line) => line.slice(0, line.indexOf(':')));
    expect(names).to.have.members([...new Set(names)]);
    expect(names).to.include.members(['content-type', 'content-length', 'vary', 'date']);
  }),
});
