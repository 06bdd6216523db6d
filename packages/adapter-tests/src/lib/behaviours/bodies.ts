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

  'a file in a form may hold what looks like the end of it': async (stage) => {
    const { fetch } = await stage.serve([echoForm]);
    const content = '\r\n--mar\r\n--Mark--\r\n--mark';
    const body = `--mark7\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n${content}\r\n--mark7--\r\n`;
    const headers = { 'content-type': 'multipart/form-data; boundary=mark7' };
    expect(await (await fetch('/form', { method: 'POST', headers, body })).json()).to.deep.equal([
      ['file', '', 'application/octet-stream', [...new TextEncoder().encode(content)]],
    ]);
  },

  'a form of 500 parts arrives whole, one of 5,000 is 413': async (stage) => {
    const { fetch } = await stage.serve([echoForm]);
    const formOf = (count: number): FormData => {
      const form = new FormData();
      for (let index = 0; index < count; index += 1) form.append(`name${index}`, String(index));
      return form;
    };
    const fields = await (await fetch('/form', { method: 'POST', body: formOf(500) })).json();
    expect(fields).to.have.length(500);
    await problemIn(await fetch('/form', { method: 'POST', body: formOf(5_000) }), 413);
  },

  'a part of a form with an endless name is refused': async (stage) => {
    const { fetch, reported } = await stage.serve([echoForm]);
    for (const member of ['name', 'filename']) {
      const disposition = `form-data; name="a"; ${member}="${'x'.repeat(100_000)}"`;
      const body = `--mark\r\nContent-Disposition: ${disposition}\r\n\r\ncontent\r\n--mark--\r\n`;
      const headers = { 'content-type': 'multipart/form-data; boundary=mark' };
      const response = await fetch('/form', { method: 'POST', headers, body });
      expect(response.status).to.be.oneOf([400, 413]);
      await response.text();
    }
    expect(reported).to.deep.equal([]);
  },

  'a form is 413 when its parts together, or one of them, are longer than the limit of a body': async (stage) => {
    const { fetch } = await stage.serve([echoForm], { bodyLimitBytes: 10_000 });
    const formOf = (...sizes: readonly number[]): FormData => {
      const form = new FormData();
      for (const size of sizes) form.append('file', new Blob([new Uint8Array(size)]), 'a.bin');
      return form;
    };
    expect((await fetch('/form', { method: 'POST', body: formOf(9_000) })).status).to.equal(200);
    await problemIn(await fetch('/form', { method: 'POST', body: formOf(10_000) }), 413);
    await problemIn(await fetch('/form', { method: 'POST', body: formOf(3_000, 3_000, 3_000, 3_000) }), 413);
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

  'chunks with extensions, and a trailer, are a body (RFC 9112, 7.1)': overSocket(async (stage) => {
    const served = await stage.serve([echoText]);
    const connection = await served.connect();
    const headers = ['Content-Type: text/plain', 'Transfer-Encoding: chunked', 'Trailer: X-Sum'];
    connection.request('POST /text', headers, '3;name=value\r\none\r\n4\r\n two\r\n0\r\nX-Sum: 7\r\n\r\n');
    connection.request('POST /text', ['Content-Type: text/plain', 'Content-Length: 4'], 'next');
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal({ text: 'one two' });
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal({ text: 'next' });
  }),

  'chunks that come byte by byte are a body': overSocket(async (stage) => {
    const served = await stage.serve([echoText]);
    const connection = await served.connect();
    connection.request('POST /text', ['Content-Type: text/plain', 'Transfer-Encoding: chunked']);
    for (const byte of '3\r\none\r\n4\r\n two\r\n0\r\n\r\n') {
      connection.send(byte);
      await new Promise(setImmediate);
    }
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal({ text: 'one two' });
  }),

  'a body without an end is refused while it still comes': overSocket(async (stage) => {
    const served = await stage.serve([countStream, echoText], { bodyLimitBytes: 100_000 });
    for (const path of ['/stream', '/text']) {
      const connection = await served.connect();
      connection.request(`POST ${path}`, ['Content-Type: text/plain', 'Transfer-Encoding: chunked']);
      connection.send('10000\r\n');
      connection.send('x'.repeat(65_536));
      connection.send('\r\n10000\r\n');
      connection.send('x'.repeat(65_535));
      expect((await stage.within(connection.answer(), `the answer of ${path}`)).status).to.equal(413);
      connection.destroy();
    }
  }),

  'after bodies that nobody read, requests sent at once are all answered': overSocket(async (stage) => {
    const served = await stage.serve([ignoreBody, echoText]);
    const connection = await served.connect();
    connection.request('POST /ignore', [`Content-Length: ${MEBIBYTE}`], 'x'.repeat(MEBIBYTE));
    connection.request('POST /ignore', ['Transfer-Encoding: chunked'], '3\r\none\r\n0\r\n\r\n');
    connection.request('POST /text', ['Content-Type: text/plain', 'Content-Length: 4'], 'next');
    for (let round = 0; round < 2; round += 1) expect((await connection.answer()).body).to.equal('not looked at');
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal({ text: 'next' });
  }),

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

  'after a body whose reader just stopped, the connection takes the next request': overSocket(async (stage) => {
    const stopReading = defineHandler('POST /begun', async ({ request }: HttpContext) => {
      const { value } = await request.stream.getReader().read();
      return { first: value !== undefined };
    });
    const served = await stage.serve([stopReading, echoText]);
    const connection = await served.connect();
    connection.request('POST /begun', [`Content-Length: ${MEBIBYTE}`], 'x'.repeat(MEBIBYTE));
    expect(JSON.parse((await connection.answer()).body)).to.deep.equal({ first: true });
    connection.request('POST /text', ['Content-Type: text/plain', 'Content-Length: 4'], 'next');
    const next = await stage.within(connection.answer(), 'the answer to the next request');
    expect(JSON.parse(next.body)).to.deep.equal({ text: 'next' });
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

  'a client that waits to be asked for its body gets an answer that needs none': overSocket(async (stage) => {
    const served = await stage.serve([ignoreBody, echoText], { bodyLimitBytes: 1000 });
    for (const [path, length, status] of [
      ['/ignore', 4, 200],
      ['/text', 5000, 413],
      ['/missing', 4, stage.unmatched === 'next' ? 200 : 404],
    ] as const) {
      const connection = await served.connect();
      connection.request(`POST ${path}`, [`Content-Length: ${length}`, 'Expect: 100-continue']);
      let answer = await stage.within(connection.answer(), `the answer of ${path}`);
      // A host may ask for the body before anybody knows what becomes of it.
      if (answer.status === 100) answer = await stage.within(connection.answer(), `the answer of ${path}`);
      expect(answer.status, path).to.equal(status);
      connection.destroy();
    }
  }),
});
