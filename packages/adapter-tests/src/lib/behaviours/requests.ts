import { expect } from 'chai';
import { defineHandler, type HttpContext } from '@verbena/core';
import { Barrier } from '../barrier.js';
import { type Behaviour, behavioursOf, overSocket } from '../behaviour.js';
import { problemIn } from '../problem-details.js';

/** Answers with the query. */
const echoQuery = defineHandler('GET /query', ({ request }: HttpContext) => [...request.query]);

/** Answers with where it thinks it was asked. */
const echoUrl = defineHandler('GET /url/**', ({ request }: HttpContext) => ({
  path: request.path,
  origin: request.url.origin,
  pathname: request.url.pathname,
  search: request.url.search,
}));

/** Answers with the rest of the path, decoded. */
const echoName = defineHandler('GET /names/:name', ({ request }: HttpContext) => request.params['name']);

/** What a handler learns of a request, its body aside. */
export const requests: readonly Behaviour[] = behavioursOf('requests', {
  'the query is decoded, with repeated names in order': async (stage) => {
    const { fetch } = await stage.serve([echoQuery]);
    const response = await fetch('/query?tag=a&tag=b%26c&text=one+two%2B&empty=&bare');
    expect(await response.json()).to.deep.equal([
      ['tag', 'a'],
      ['tag', 'b&c'],
      ['text', 'one two+'],
      ['empty', ''],
      ['bare', ''],
    ]);
  },

  'a request without a query has an empty one': async (stage) => {
    const { fetch } = await stage.serve([echoQuery]);
    expect(await (await fetch('/query')).json()).to.deep.equal([]);
  },

  'a name such as __proto__ in the query is a name like any other': async (stage) => {
    const { fetch } = await stage.serve([echoQuery]);
    expect(await (await fetch('/query?__proto__=x')).json()).to.deep.equal([['__proto__', 'x']]);
    expect(({} as Record<string, unknown>)['x']).to.equal(undefined);
  },

  'path and URL are those the client asked for, still encoded': async (stage) => {
    const { fetch, url } = await stage.serve([echoUrl]);
    expect(await (await fetch('/url/a%20b/%C3%BC?q=%20x')).json()).to.deep.equal({
      path: '/url/a%20b/%C3%BC',
      origin: new URL(url).origin,
      pathname: '/url/a%20b/%C3%BC',
      search: '?q=%20x',
    });
  },

  'a path that begins with two slashes names no other host': async (stage) => {
    const { fetch, url } = await stage.serve([
      defineHandler('GET *.where', ({ request }: HttpContext) => request.url.origin),
    ]);
    expect(await (await fetch('//stranger.example/x.where')).text()).to.equal(new URL(url).origin);
  },

  'headers are found in any letter case, and absent ones are null': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /headers', ({ request: { headers } }: HttpContext) => [
        headers.get('X-Trace'),
        headers.get('x-trace'),
        headers.has('X-TRACE'),
        headers.get('x-absent'),
        headers.has('x-absent'),
      ]),
    ]);
    const response = await fetch('/headers', { headers: { 'x-Trace': 'abc' } });
    expect(await response.json()).to.deep.equal(['abc', 'abc', true, null, false]);
  },

  'headers named as members of objects are absent like others': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /headers', ({ request: { headers } }: HttpContext) =>
        ['constructor', '__proto__', 'toString'].map((name) => headers.get(name)),
      ),
    ]);
    expect(await (await fetch('/headers')).json()).to.deep.equal([null, null, null]);
  },

  'all headers can be listed': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /headers', ({ request }: HttpContext) => Object.fromEntries(request.headers)),
    ]);
    const headers = { 'x-one': '1', 'x-two': '2' };
    expect(await (await fetch('/headers', { headers })).json()).to.include(headers);
  },

  'header fields sent twice are joined by a comma': overSocket(async (stage) => {
    const served = await stage.serve([
      defineHandler('GET /headers', ({ request }: HttpContext) => request.headers.get('x-list')),
    ]);
    const connection = await served.connect();
    connection.request('GET /headers', ['X-List: a', 'X-Other: b', 'X-List: c']);
    expect((await connection.answer()).body).to.equal('a, c');
  }),

  'cookies in several fields are all there (RFC 9113, 8.2.3)': overSocket(async (stage) => {
    const served = await stage.serve([
      defineHandler('GET /cookies', ({ request: { cookies } }: HttpContext) => [
        cookies.get('one'),
        cookies.get('two'),
      ]),
    ]);
    const connection = await served.connect();
    connection.request('GET /cookies', ['Cookie: one=1', 'Cookie: two=2']);
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal(['1', '2']);
  }),

  '64 KiB of headers are taken, or refused with 431, and the host goes on': overSocket(async (stage) => {
    const served = await stage.serve([
      defineHandler('GET /length', ({ request }: HttpContext) => String(request.headers.get('x-long')?.length)),
    ]);
    const connection = await served.connect();
    connection.request('GET /length', [`X-Long: ${'x'.repeat(65_536)}`]);
    const answer = await connection.answer();
    if (answer.status === 431) await stage.within(connection.end(), 'the connection to end');
    else expect(answer.body).to.equal('65536');
    expect(await (await served.fetch('/length', { headers: { 'x-long': 'short' } })).text()).to.equal('5');
    expect(served.reported).to.deep.equal([]);
  }),

  'a head that comes byte by byte is a head': overSocket(async (stage) => {
    const served = await stage.serve([echoUrl]);
    const connection = await served.connect();
    for (const byte of 'GET /url/a?q=1 HTTP/1.1\r\nHost: verbena.test\r\n\r\n') {
      connection.send(byte);
      await new Promise(setImmediate);
    }
    expect(JSON.parse((await connection.answer()).body)).to.include({ path: '/url/a', search: '?q=1' });
  }),

  'cookies are told apart and decoded': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /cookies', ({ request: { cookies } }: HttpContext) => [
        cookies.get('one'),
        cookies.get('two'),
        cookies.get('absent') ?? null,
        cookies.get('constructor') ?? null,
      ]),
    ]);
    const response = await fetch('/cookies', { headers: { cookie: 'one=1; two=a%20b%3B; three="q"' } });
    expect(await response.json()).to.deep.equal(['1', 'a b;', null, null]);
  },

  'a malformed cookie is 400, and only for whoever asks for it': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /cookies/:name', ({ request }: HttpContext) =>
        request.cookies.get(request.params['name'] ?? ''),
      ),
    ]);
    const headers = { cookie: 'good=1; bad=%zz' };
    expect(await (await fetch('/cookies/good', { headers })).text()).to.equal('1');
    await problemIn(await fetch('/cookies/bad', { headers }), 400);
  },

  'accepts() gives what the client likes best': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /kind', ({ request }: HttpContext) => request.accepts('html', 'json') ?? 'neither'),
    ]);
    const kindFor = async (accept: string): Promise<string> => (await fetch('/kind', { headers: { accept } })).text();
    expect(await kindFor('text/html;q=0.5, application/json')).to.equal('json');
    expect(await kindFor('text/*')).to.equal('html');
    expect(await kindFor('image/png')).to.equal('neither');
  },

  'a request is secure over TLS, and over nothing else': async (stage) => {
    const { fetch, isSecure } = await stage.serve([
      defineHandler('GET /secure', ({ request }: HttpContext) => [request.secure, request.url.protocol]),
    ]);
    expect(await (await fetch('/secure')).json()).to.deep.equal([isSecure, isSecure ? 'https:' : 'http:']);
  },

  'a client cannot make itself secure, or insecure, or another address, by headers': async (stage) => {
    const { fetch, url, isSecure } = await stage.serve([
      defineHandler('GET /who', ({ request }: HttpContext) => [request.secure, request.ip ?? null, request.url.origin]),
    ]);
    const forged = {
      'x-forwarded-proto': isSecure ? 'http' : 'https',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-host': 'evil.example',
    };
    const [secure, ip, origin] = (await (await fetch('/who', { headers: forged })).json()) as unknown[];
    expect(secure).to.equal(isSecure);
    expect(ip).not.to.equal('203.0.113.9');
    expect(origin).to.equal(new URL(url).origin);
  },

  'the address of the client is known': overSocket(async (stage) => {
    const { fetch } = await stage.serve([defineHandler('GET /ip', ({ request }: HttpContext) => request.ip)]);
    expect(await (await fetch('/ip')).text()).to.match(/^(::ffff:)?127\.0\.0\.1$|^::1$/);
  }),

  'context.native is what the host itself works with': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /native', ({ native }: HttpContext) => String(typeof native === 'object' && native !== null)),
    ]);
    expect(await (await fetch('/native')).text()).to.equal('true');
  },

  'a request target in absolute form is understood (RFC 9112, 3.2.2)': overSocket(async (stage) => {
    const served = await stage.serve([echoUrl]);
    const connection = await served.connect();
    connection.request('GET http://verbena.test/url/a?q=1');
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal({
      path: '/url/a',
      origin: 'http://verbena.test',
      pathname: '/url/a',
      search: '?q=1',
    });
  }),

  'path and URL name the same place, however the target is written': overSocket(async (stage) => {
    const served = await stage.serve([
      defineHandler('GET /**', ({ request }: HttpContext) => [request.path, request.url.pathname]),
    ]);
    const origin = served.url;
    for (const target of ['/a/b', '//a/b', '/a//b', `${origin}/a`, `${origin}//a/b`, `${origin}?q=1`]) {
      const connection = await served.connect();
      connection.request(`GET ${target}`, ['Connection: close']);
      const { status, body } = await connection.answer();
      if (status === 400) continue;
      const [path, pathname] = JSON.parse(body) as [string, string];
      expect(path, target).to.equal(pathname);
    }
    expect(served.reported).to.deep.equal([]);
  }),

  'a request target whose host is none is 400, not an error of the server (RFC 9110, 4.2.1)': overSocket(
    async (stage) => {
      const served = await stage.serve([
        defineHandler('GET /**', ({ request }: HttpContext) => `${request.url.href} was understood`),
      ]);
      const targets = [
        'http://[::1/q',
        'http://a:b/q',
        'http://a:99999/q',
        'http://a%zz/q',
        'http://a%2fb/q',
        'http:///a/q',
      ];
      for (const target of targets) {
        const connection = await served.connect();
        connection.request(`GET ${target}`, ['Connection: close']);
        expect((await connection.answer()).status, target).to.equal(400);
      }
      expect(served.reported).to.deep.equal([]);
    },
  ),

  'a path in other scripts is decoded as UTF-8': async (stage) => {
    const { fetch } = await stage.serve([echoName]);
    for (const name of ['Ünal', '世界', 'נֵר', '🌱 é']) {
      expect(await (await fetch(`/names/${encodeURIComponent(name)}`)).text()).to.equal(name);
    }
  },

  'a path with escapes that are no UTF-8 is 400': async (stage) => {
    const { fetch } = await stage.serve([echoName]);
    for (const name of ['%FF', '%C3%28', '%C0%AF', '%ED%A0%80', '%E4%B8'])
      await problemIn(await fetch(`/names/${name}`), 400);
  },

  'bytes of UTF-8 in a path mean what their escapes mean, or are refused with 400': overSocket(async (stage) => {
    const served = await stage.serve([echoName]);
    const connection = await served.connect();
    connection.request('GET /names/ü世', ['Connection: close']);
    const { status, body } = await connection.answer();
    if (status !== 400) expect(Buffer.from(body, 'latin1').toString()).to.equal('ü世');
    expect(await (await served.fetch('/names/a')).text()).to.equal('a');
    expect(served.reported).to.deep.equal([]);
  }),

  'a client of HTTP/1.0 that names no host gets its answer': overSocket(async (stage) => {
    const served = await stage.serve([echoUrl]);
    const connection = await served.connect();
    connection.send('GET /url/a?q=1 HTTP/1.0\r\n\r\n');
    const answer = JSON.parse((await connection.answer()).body) as Record<string, unknown>;
    expect(answer).to.include({ path: '/url/a', pathname: '/url/a', search: '?q=1' });
  }),

  'a Host that is no host is 400, not an error of the server (RFC 9112, 3.2)': overSocket(async (stage) => {
    const served = await stage.serve([echoUrl]);
    const connection = await served.connect();
    connection.send('GET /url/a HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n');
    expect((await connection.answer()).status).to.equal(400);
    expect(served.reported).to.deep.equal([]);
  }),

  'a Host that holds more than a host is 400, and moves no URL': overSocket(async (stage) => {
    const served = await stage.serve([echoUrl]);
    const hosts = [
      'a/b',
      'a?b',
      'a#b',
      'user@a',
      'a\\b',
      'a\tb',
      'a:b',
      'a:99999',
      '[::1',
      'a%2fb',
      'a, b',
      '/',
      '?',
      '#',
      '@',
    ];
    for (const host of hosts) {
      const connection = await served.connect();
      connection.send(`GET /url/a HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect((await connection.answer()).status, host).to.equal(400);
    }
    expect(served.reported).to.deep.equal([]);
  }),

  'requests sent at once on one connection are answered in their order': overSocket(async (stage) => {
    const served = await stage.serve([
      defineHandler('GET /pages/:page', ({ request }: HttpContext) => `page ${request.params['page']}`),
    ]);
    const connection = await served.connect();
    for (const page of [1, 2, 3]) connection.request(`GET /pages/${page}`);
    for (const page of [1, 2, 3]) expect((await connection.answer()).body).to.equal(`page ${page}`);
  }),

  'requests sent at once are answered in their order, also when the first takes longest, or streams': overSocket(
    async (stage) => {
      const goOn = new Barrier();
      const served = await stage.serve([
        defineHandler('GET /slow', async () => {
          await goOn.opened;
          return 'slow';
        }),
        defineHandler('GET /stream', async function* () {
          yield 'one ';
          await goOn.opened;
          yield 'two';
        }),
        defineHandler('POST /text', ({ request }: HttpContext) => request.text()),
      ]);
      for (const [path, body] of [
        ['/slow', 'slow'],
        ['/stream', 'one two'],
      ] as const) {
        const connection = await served.connect();
        connection.request(`GET ${path}`);
        connection.request('POST /text', ['Content-Type: text/plain', 'Content-Length: 4'], 'next');
        connection.request(`GET ${path}`);
        const first = connection.answer();
        goOn.open();
        expect((await first).body).to.equal(body);
        expect((await connection.answer()).body).to.equal('next');
        expect((await connection.answer()).body).to.equal(body);
      }
    },
  ),

  'requests at the same time do not mix': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('GET /echo/:text', async ({ request, response }: HttpContext) => {
        response.headers.set('x-echo', request.params['text'] ?? '');
        response.write(request.query.get('a') ?? '');
        await new Promise(setImmediate);
        response.write(request.headers.get('x-b') ?? '');
      }),
    ]);
    const texts = Array.from({ length: 30 }, (_, index) => String(index));
    const answers = await Promise.all(
      texts.map(async (text) => {
        const response = await fetch(`/echo/${text}?a=${text}`, { headers: { 'x-b': `-${text}` } });
        return `${response.headers.get('x-echo')}:${await response.text()}`;
      }),
    );
    expect(answers).to.deep.equal(texts.map((text) => `${text}:${text}-${text}`));
  },
});
