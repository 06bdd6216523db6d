import { expect } from 'chai';
import fc from 'fast-check';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { HttpException, type HttpExceptionOptions } from './http-exception.js';
import { problemAnswer } from './problem.js';
import { recordingApp, type RecordingApp } from './recording-app.test-support.js';

function failing(error: unknown, development = false): RecordingApp {
  return recordingApp(
    [
      defineHandler('/', () => {
        throw error;
      }),
    ],
    { development },
  );
}

const browser = { verb: 'GET', headers: new Headers({ accept: 'text/html' }) };
const html = { headers: { accept: 'text/html,*/*;q=0.8' } };

describe('problem details', () => {
  it('are what an HttpException becomes (RFC 9457, 3.1)', async () => {
    const { errors, get } = failing(
      new HttpException(409, 'Somebody was quicker', {
        type: 'https://example.org/conflict',
        title: 'Edited meanwhile',
        extensions: { instance: '/orders/7', version: 4, nested: { a: [1] } },
      }),
    );
    const response = await get('/');
    expect(response.status).to.equal(409);
    expect(response.headers.get('content-type')).to.equal('application/problem+json');
    expect(response.headers.get('vary')).to.equal('Accept');
    const text = await response.text();
    expect(response.headers.get('content-length')).to.equal(String(Buffer.byteLength(text)));
    expect(JSON.parse(text)).to.deep.equal({
      type: 'https://example.org/conflict',
      title: 'Edited meanwhile',
      status: 409,
      detail: 'Somebody was quicker',
      instance: '/orders/7',
      version: 4,
      nested: { a: [1] },
    });
    expect(errors).to.deep.equal([]);
  });

  it('leave out a detail nobody gave', async () => {
    expect(await (await failing(new HttpException(404)).get('/')).json()).to.deep.equal({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
    });
  });

  it('do not let extensions stand for type, title, status or detail', async () => {
    const extensions = { type: 'x', title: 'x', status: 200, detail: 'x', own: 1 };
    expect(await (await failing(new HttpException(400, 'Mine', { extensions })).get('/')).json()).to.deep.equal({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'Mine',
      own: 1,
    });
    expect(await (await failing(new HttpException(400, undefined, { extensions })).get('/')).json()).to.deep.equal({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      own: 1,
    });
  });

  it('pollute nothing by extensions named after prototypes', async () => {
    const extensions = JSON.parse('{"__proto__":{"polluted":1},"constructor":2}') as Record<string, unknown>;
    const text = await (await failing(new HttpException(400, 'x', { extensions })).get('/')).text();
    expect(text).to.contain('"__proto__":{"polluted":1}');
    expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
  });

  it("carry the exception's headers, but for those that describe the body", async () => {
    const headers = { 'Retry-After': '7', 'Content-Type': 'text/html', 'Content-Length': '1', vary: 'Origin' };
    const response = await failing(new HttpException(503, 'x', { headers })).get('/');
    expect(response.headers.get('retry-after')).to.equal('7');
    expect(response.headers.get('content-type')).to.equal('application/problem+json');
    expect(response.headers.get('vary')).to.equal('Origin, Accept');
    expect(await response.json()).to.have.property('status', 503);
  });

  it('name Accept in Vary once, also where the exception does', async () => {
    for (const vary of ['Accept', 'origin, accept', '*']) {
      const response = await failing(new HttpException(406, 'x', { headers: { vary } })).get('/');
      expect(response.headers.get('vary')).to.equal(vary);
    }
    const other = await failing(new HttpException(406, 'x', { headers: { vary: 'Accept-Language' } })).get('/');
    expect(other.headers.get('vary')).to.equal('Accept-Language, Accept');
  });

  it('replace what the handler had made of its response', async () => {
    const { get } = recordingApp([
      defineHandler('/', ({ response }) => {
        response.type = 'image/png';
        response.headers.set('x-secret', '1');
        response.headers.set('etag', '"1"');
        response.cookies.set('a', '1');
        response.status = 201;
        response.write('half');
        throw new HttpException(400, 'No');
      }),
    ]);
    const response = await get('/');
    expect(response.status).to.equal(400);
    expect([...response.headers.keys()].toSorted()).to.deep.equal(['content-length', 'content-type', 'vary']);
    expect(await response.json()).to.have.property('detail', 'No');
  });

  it('have a length and no body for HEAD', async () => {
    const { get } = failing(new HttpException(404, 'Gone'));
    const [head, whole] = [await get('/', { method: 'HEAD' }), await get('/')];
    expect(head.status).to.equal(404);
    expect(await head.text()).to.equal('');
    expect(head.headers.get('content-length')).to.equal(whole.headers.get('content-length'));
    expect(head.headers.get('content-type')).to.equal('application/problem+json');
  });

  it('are 500 when the exception itself cannot be sent, and the reason is reported', async () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const unsendable: HttpExceptionOptions[] = [
      { headers: { 'x-a': 'b\r\nSet-Cookie: evil=1' } },
      { extensions: { cycle } },
      { extensions: { big: 1n } },
    ];
    for (const options of unsendable) {
      const { errors, get } = failing(new HttpException(418, 'x', options));
      const response = await get('/');
      expect(response.status).to.equal(500);
      expect(response.headers.getSetCookie()).to.deep.equal([]);
      expect(await response.json()).to.deep.equal({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
      expect(errors).to.have.length(1);
    }
  });
});

describe('problem details in HTML', () => {
  it('are for clients that prefer it', async () => {
    const app = failing(new HttpException(404, 'Nobody here'));
    const response = await app.get('/', html);
    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(response.headers.get('vary')).to.equal('Accept');
    const text = await response.text();
    expect(text).to.match(/^<!doctype html>/);
    expect(text).to.contain('<h1>404 Not Found</h1><p>Nobody here</p>');
    for (const accept of ['*/*', 'application/json', 'application/json, text/html', 'image/png', 'text/html;q=0']) {
      const other = await app.get('/', { headers: { accept } });
      expect(other.headers.get('content-type'), accept).to.equal('application/problem+json');
    }
  });

  it('show all text as text, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'a', '/', '\u00e9') }), (text) => {
        const { body } = problemAnswer(new HttpException(400, text, { title: text }), browser, false);
        const shown = /<h1>400 (.*?)<\/h1><p>(.*?)<\/p>/.exec(String(body));
        const escaped = text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
        expect(shown?.slice(1)).to.deep.equal([escaped, escaped]);
      }),
    );
  });

  it('have no body for HEAD', async () => {
    const response = await failing(new HttpException(404)).get('/', { ...html, method: 'HEAD' });
    expect(await response.text()).to.equal('');
    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
  });
});

describe('an unexpected error', () => {
  const secret = new Error('password is hunter2', { cause: new Error('deeper secret') });

  for (const [what, init] of [
    ['JSON', {}],
    ['HTML', html],
  ] as const) {
    it(`shows nothing of itself in ${what}`, async () => {
      const { errors, get } = failing(secret);
      const response = await get('/', init);
      expect(response.status).to.equal(500);
      const text = await response.text();
      expect(text).to.contain('Internal Server Error');
      for (const word of ['hunter2', 'secret', '.ts', '.js', ' at ']) expect(text).to.not.contain(word);
      expect(errors).to.deep.equal([secret]);
    });

    it(`shows its message, stack and causes in ${what} in development`, async () => {
      const text = await (await failing(secret, true).get('/', init)).text();
      for (const word of ['hunter2', 'problem.test', 'caused by: Error: deeper secret']) expect(text).to.contain(word);
    });
  }

  it('may be anything that was thrown', async () => {
    for (const thrown of ['text', 7, null, undefined, { status: 404 }, Symbol('s')]) {
      const { errors, get } = failing(thrown);
      const response = await get('/');
      expect(response.status).to.equal(500);
      expect(await response.json()).to.deep.equal({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
      expect(errors).to.deep.equal([thrown]);
      expect((await failing(thrown, true).get('/')).status).to.equal(500);
    }
  });

  it('whose causes go in a circle is shown in development all the same', async () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    const { errors, get } = failing(first, true);
    expect(await (await get('/')).json()).to.have.property('detail', 'Error: first');
    expect(errors).to.deep.equal([first]);
  });
});

describe('an error after Vary was set', () => {
  it('keeps it, as caches must know', async () => {
    const handler = defineHandler('/', ({ response }: HttpContext) => {
      response.headers.append('vary', 'X-Api-Version');
      throw new HttpException(400);
    });
    expect((await recordingApp([handler]).get('/')).headers.get('vary')).to.equal('X-Api-Version, Accept');
  });

  it('adds its own to it', async () => {
    for (const [vary, all] of [
      ['origin, x-api-version', 'x-api-version, origin, Accept'],
      ['*', '*'],
    ] as const) {
      const handler = defineHandler('/', ({ response }: HttpContext) => {
        response.headers.append('vary', 'X-Api-Version');
        throw new HttpException(400, undefined, { headers: { vary } });
      });
      expect((await recordingApp([handler]).get('/')).headers.get('vary')).to.equal(all);
    }
  });
});
