import { expect } from 'chai';
import { defineHandler, type HandlerFunction, type HttpContext } from '@verbena/core';
import { Barrier } from '../barrier.js';
import { type Behaviour, behavioursOf, overSocket } from '../behaviour.js';
import { problemIn } from '../problem-details.js';

const MEBIBYTE = 1_048_576;

const echoText = defineHandler('/text', async ({ request }: HttpContext) => ({ text: await request.text() }));
const echoJson = defineHandler('/json', async ({ request }: HttpContext) => ({ json: await request.json() }));
const echoBytes = defineHandler('/bytes', ({ request }: HttpContext) => request.bytes());
const echoForm = defineHandler('/form', async ({ request }: HttpContext) => {
  const fields: unknown[] = [];
  for (const [name, value] of await request.formData()) {
    fields.push(
      typeof value === 'string'
        ? [name, value]
        : [name, value.name, value.type, [...new Uint8Array(await value.arrayBuffer())]],
    );
  }
  return fields;
});
const countStream = defineHandler('/stream', async ({ request }: HttpContext) => {
  let length = 0;
  for await (const chunk of request.stream) length += chunk.byteLength;
  return { length };
});
const ignoreBody: HandlerFunction = defineHandler('/ignore', () => 'not looked at');

const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8' };
const JSON_TYPE = { 'content-type': 'application/json' };

/** A body of which the sender names no length, so that its end shows only when it is there. */
function inPieces(...pieces: readonly (string | Uint8Array)[]): RequestInit {
  const encoder = new TextEncoder();
  const waiting = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = waiting.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
    },
  });
  return { method: 'POST', body, duplex: 'half' };
}

/** What a handler gets of a request's body. */
export const bodies: readonly Behaviour[] = behavioursOf('bodies', {
  'a text arrives as text': async (stage) => {
    const { fetch } = await stage.serve([echoText]);
    const response = await fetch('/text', { method: 'POST', headers: TEXT_TYPE, body: 'Grüße, 世界' });
    expect(await response.json()).to.deep.equal({ text: 'Grüße, 世界' });
  },

  'a text is read in the charset it names': async (stage) => {
    const { fetch } = await stage.serve([echoText]);
    const headers = { 'content-type': 'text/plain; charset=iso-8859-1' };
    const response = await fetch('/text', {
      method: 'POST',
      headers,
      body: Uint8Array.of(0x47, 0x72, 0xfc, 0xdf, 0x65),
    });
    expect(await response.json()).to.deep.equal({ text: 'Grüße' });
  },

  'an unknown charset is 415': async (stage) => {
    const { fetch } = await stage.serve([echoText]);
    const headers = { 'content-type': 'text/plain; charset=klingon' };
    await problemIn(await fetch('/text', { method: 'POST', headers, body: 'x' }), 415);
  },

  'text that is not what its charset says is 400': async (stage) => {
    const { fetch } = await stage.serve([echoText]);
    await problemIn(await fetch('/text', { method: 'POST', headers: TEXT_TYPE, body: Uint8Array.of(0xff) }), 400);
  },

  'JSON arrives as data': async (stage) => {
    const { fetch } = await stage.serve([echoJson]);
    const json = { name: 'Ünal', list: [1, null, { deep: true }] };
    const body = JSON.stringify(json);
    expect(await (await fetch('/json', { method: 'POST', headers: JSON_TYPE, body })).json()).to.deep.equal({ json });
    const headers = { 'content-type': 'application/merge-patch+json' };
    expect(await (await fetch('/json', { method: 'PATCH', headers, body })).json()).to.deep.equal({ json });
  },

  'malformed or missing JSON is 400': async (stage) => {
    const { fetch } = await stage.serve([echoJson]);
    await problemIn(await fetch('/json', { method: 'POST', headers: JSON_TYPE, body: '{"a":' }), 400);
    await problemIn(await fetch('/json', { method: 'POST', headers: JSON_TYPE }), 400);
  },

  'what is no JSON by its type is 415': async (stage) => {
    const { fetch } = await stage.serve([echoJson]);
    await problemIn(await fetch('/json', { method: 'POST', headers: TEXT_TYPE, body: '{}' }), 415);
  },

  'JSON with a __proto__ member is refused': async (stage) => {
    const { fetch } = await stage.serve([echoJson]);
    const body = '{"a":{"__proto__":{"polluted":true}}}';
    await problemIn(await fetch('/json', { method: 'POST', headers: JSON_TYPE, body }), 400);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  },

  'a url-encoded form arrives as fields': async (stage) => {
    const { fetch } = await stage.serve([echoForm]);
    const body = new URLSearchParams([
      ['name', 'Jürgen & Söhne'],
      ['tag', 'a'],
      ['tag', 'b'],
      ['__proto__', 'x'],
    ]);
    expect(await (await fetch('/form', { method: 'POST', body })).json()).to.deep.equal([
      ['name', 'Jürgen & Söhne'],
      ['tag', 'a'],
      ['tag', 'b'],
      ['__proto__', 'x'],
    ]);
  },

  'a multipart form arrives as fields and files': async (stage) => {
    const { fetch } = await stage.serve([echoForm]);
    const body = new FormData();
    body.append('title', 'Grüße');
    body.append('file', new Blob([Uint8Array.of(0, 13, 10, 45, 45, 255)], { type: 'image/png' }), 'a.png');
    expect(await (await fetch('/form', { method: 'POST', body })).json()).to.deep.equal([
      ['title', 'Grüße'],
      ['file', 'a.png', 'image/png', [0, 13, 10, 45, 45, 255]],
    ]);
  },

  'a malformed multipart form is 400': async (stage) => {
    const { fetch } = await stage.serve([echoForm]);
    const headers = { 'content-type': 'multipart/form-data; boundary=mark' };
    await problemIn(await fetch('/form', { method: 'POST', headers, body: '--mark\r\nContent-Dis' }), 400);
  },

  'a form that is no form by its type is 415': async (stage) => {
    const { fetch } = await stage.serve([echoForm]);
    await problemIn(await fetch('/form', { method: 'POST', headers: JSON_TYPE, body: '{}' }), 415);
  },

  'bytes arrive as they were sent': async (stage) => {
    const { fetch } = await stage.serve([echoBytes]);
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const response = await fetch('/bytes', { method: 'POST', body: bytes });
    expect(new Uint8Array(await response.arrayBuffer())).to.deep.equal(bytes);
  },

  'a body whose length was not named arrives whole': async (stage) => {
    const { fetch } = await stage.serve([echoText]);
    const response = await fetch('/text', inPieces('one, ', 'two, ', 'thr', 'ee'));
    expect(await response.json()).to.deep.equal({ text: 'one, two, three' });
  },

  'a DELETE may have a body': async (stage) => {
    const { fetch } = await stage.serve([echoText]);
    const response = await fetch('/text', { method: 'DELETE', headers: TEXT_TYPE, body: 'this one' });
    expect(await response.json()).to.deep.equal({ text: 'this one' });
  },

  'a request without a body has an empty one': async (stage) => {
    const { fetch } = await stage.serve([echoText, echoBytes, countStream]);
    expect(await (await fetch('/text')).json()).to.deep.equal({ text: '' });
    expect((await (await fetch('/bytes', { method: 'POST' })).arrayBuffer()).byteLength).to.equal(0);
    expect(await (await fetch('/stream', { method: 'POST', body: '' })).json()).to.deep.equal({ length: 0 });
  },

  'a body read twice is the same both times': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('POST /twice', async ({ request }: HttpContext) => [await request.text(), await request.json()]),
    ]);
    const response = await fetch('/twice', { method: 'POST', headers: JSON_TYPE, body: '{"a":1}' });
    expect(await response.json()).to.deep.equal(['{"a":1}', { a: 1 }]);
  },

  'a body streams in while the client still sends it': async (stage) => {
    const first = new Barrier<string>();
    const { fetch } = await stage.serve([
      defineHandler('POST /stream', async ({ request }: HttpContext) => {
        let text = '';
        for await (const chunk of request.stream) {
          text += new TextDecoder().decode(chunk);
          first.open(text);
        }
        return { text };
      }),
    ]);
    const encoder = new TextEncoder();
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        sent += 1;
        if (sent === 1) controller.enqueue(encoder.encode('one'));
        else {
          expect(await stage.within(first.opened, 'the first piece to reach the handler')).to.equal('one');
          controller.enqueue(encoder.encode(' two'));
          controller.close();
        }
      },
    });
    const response = await fetch('/stream', { method: 'POST', body, duplex: 'half' });
    expect(await response.json()).to.deep.equal({ text: 'one two' });
  },

  'a large body streams in whole': async (stage) => {
    const { fetch } = await stage.serve([countStream], { bodyLimitBytes: 8 * MEBIBYTE });
    const response = await fetch('/stream', { method: 'POST', body: new Uint8Array(6 * MEBIBYTE) });
    expect(await response.json()).to.deep.equal({ length: 6 * MEBIBYTE });
  },

  'a body that names a length over the limit is 413': async (stage) => {
    const { fetch } = await stage.serve([echoText], { bodyLimitBytes: 1000 });
    await problemIn(await fetch('/text', { method: 'POST', headers: TEXT_TYPE, body: 'x'.repeat(1001) }), 413);
  },

  'a body that grows over the limit is 413': async (stage) => {
    const { fetch } = await stage.serve([echoText, countStream], { bodyLimitBytes: 1000 });
    await problemIn(await fetch('/text', inPieces('x'.repeat(600), 'x'.repeat(600))), 413);
    await problemIn(await fetch('/stream', inPieces('x'.repeat(600), 'x'.repeat(600))), 413);
  },

  'a body as long as the limit is taken': async (stage) => {
    const { fetch } = await stage.serve([countStream], { bodyLimitBytes: 1000 });
    const response = await fetch('/stream', { method: 'POST', body: new Uint8Array(1000) });
    expect(await response.json()).to.deep.equal({ length: 1000 });
  },

  'a handler may set a limit of its own': async (stage) => {
    const own = defineHandler({ path: '/own', bodyLimitBytes: 10 }, ({ request }: HttpContext) => request.text());
    const { fetch } = await stage.serve([own]);
    await problemIn(await fetch('/own', { method: 'POST', headers: TEXT_TYPE, body: 'x'.repeat(11) }), 413);
  },

  'a content coding that nobody decodes is 415': async (stage) => {
    const { fetch } = await stage.serve([echoBytes]);
    const headers = { 'content-encoding': 'gzip' };
    await problemIn(await fetch('/bytes', { method: 'POST', headers, body: Uint8Array.of(1, 2) }), 415);
  },

  'after a body that nobody read, the connection takes the next request': overSocket(async (stage) => {
    const served = await stage.serve([ignoreBody, echoText]);
    const connection = await served.connect();
    connection.request('POST /ignore', [`Content-Length: ${MEBIBYTE}`], 'x'.repeat(MEBIBYTE));
    expect((await connection.answer()).body).to.equal('not looked at');
    connection.request('POST /text', ['Content-Type: text/plain', 'Content-Length: 4'], 'next');
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal({ text: 'next' });
  }),

  'after a body that was read in part, the connection takes the next request': overSocket(async (stage) => {
    const readFirst = defineHandler('POST /part', async ({ request }: HttpContext) => {
      for await (const chunk of request.stream) return { first: chunk.byteLength > 0 };
    });
    const served = await stage.serve([readFirst, echoText]);
    const connection = await served.connect();
    connection.request('POST /part', [`Content-Length: ${MEBIBYTE}`], 'x'.repeat(MEBIBYTE));
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal({ first: true });
    connection.request('POST /text', ['Content-Type: text/plain', 'Content-Length: 4'], 'next');
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal({ text: 'next' });
  }),

  'a refused body leaves the connection usable, or closes it': overSocket(async (stage) => {
    const served = await stage.serve([echoText], { bodyLimitBytes: 1000 });
    const connection = await served.connect();
    connection.request('POST /text', ['Content-Type: text/plain', 'Content-Length: 5000'], 'x'.repeat(5000));
    const refusal = await connection.answer();
    expect(refusal.status).to.equal(413);
    if (refusal.headers.get('connection') === 'close') return;
    connection.request('POST /text', ['Content-Type: text/plain', 'Content-Length: 4'], 'next');
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal({ text: 'next' });
  }),

  'a client that waits to be asked for its body is asked (RFC 9110, 10.1.1)': overSocket(async (stage) => {
    const served = await stage.serve([echoText]);
    const connection = await served.connect();
    connection.request('POST /text', ['Content-Type: text/plain', 'Content-Length: 4', 'Expect: 100-continue']);
    expect((await connection.answer()).status).to.equal(100);
    connection.send('body');
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal({ text: 'body' });
  }),
});
