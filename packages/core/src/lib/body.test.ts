import { expect } from 'chai';
import fc from 'fast-check';
import { Barrier } from './barrier.test-support.js';
import type { HttpContext } from './context.js';
import type { HandlerDeclaration } from './declaration.js';
import { defineHandler } from './decorators/define.js';
import { VerbenaError } from './errors.js';
import { HttpException } from './http-exception.js';
import { recordingApp, type RecordingApp } from './recording-app.test-support.js';

type Read = (context: HttpContext) => unknown;

const encoder = new TextEncoder();

/** An application whose only handler reads the body. */
function reading(read: Read, declaration: HandlerDeclaration = {}, bodyLimitBytes?: number): RecordingApp {
  return recordingApp(
    // A function of its own, as one may be declared but once.
    [defineHandler({ path: '/', ...declaration }, (context: HttpContext) => read(context))],
    bodyLimitBytes === undefined ? {} : { bodyLimitBytes },
  );
}

function post(app: RecordingApp, body: RequestInit['body'], headers: Record<string, string> = {}): Promise<Response> {
  return app.get('/', { method: 'POST', body: body ?? null, headers, duplex: 'half' } as RequestInit);
}

/** A body that arrives in the given pieces, of which nobody told the length. */
function pieces(...chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const left = chunks.map((chunk) => (typeof chunk === 'string' ? encoder.encode(chunk) : chunk));
  return new ReadableStream({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

async function detailOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { detail?: unknown }).detail;
}

function codeOf(error: unknown): string {
  return error instanceof VerbenaError ? error.code : String(error);
}

describe('HttpRequest.text', () => {
  const app = reading(async ({ request }) => JSON.stringify(await request.text()));
  const latin = Uint8Array.of(0x63, 0x61, 0x66, 0xe9);

  const cases: readonly (readonly [what: string, type: string | undefined, body: Uint8Array, text: string])[] = [
    ['UTF-8 where no charset is named', 'text/plain', encoder.encode('caf\u00e9 \u2713'), 'caf\u00e9 \u2713'],
    ['UTF-8 where no type is named', undefined, encoder.encode('\u{1f600}'), '\u{1f600}'],
    ['UTF-8 without its byte order mark', 'text/plain;charset=utf-8', encoder.encode('\ufeffx'), 'x'],
    ['ISO-8859-1', 'text/plain; charset=ISO-8859-1', latin, 'caf\u00e9'],
    ['a charset in quotes', 'text/plain; charset="latin1"', latin, 'caf\u00e9'],
    ['UTF-16', 'text/plain; charset=utf-16le', Uint8Array.of(0xff, 0xfe, 0xe9, 0x00), '\u00e9'],
    ['nothing', 'text/plain', new Uint8Array(), ''],
  ];
  for (const [what, type, body, text] of cases) {
    it(`decodes ${what}`, async () => {
      const response = await post(app, pieces(body), type === undefined ? {} : { 'content-type': type });
      expect(await response.json()).to.equal(text);
    });
  }

  it('puts a character together that arrived in two pieces', async () => {
    const [first, ...rest] = encoder.encode('\u20ac');
    expect(await (await post(app, pieces(Uint8Array.of(first ?? 0), Uint8Array.from(rest)))).json()).to.equal('\u20ac');
  });

  it('answers 415 for a charset nobody knows, and names it', async () => {
    const response = await post(app, 'x', { 'content-type': 'text/plain; charset=klingon' });
    expect(response.status).to.equal(415);
    expect(await detailOf(response)).to.equal('The charset "klingon" is not supported');
  });

  it('answers 400 for bytes that are not in the charset', async () => {
    const response = await post(app, latin, { 'content-type': 'text/plain' });
    expect(response.status).to.equal(400);
    expect(await detailOf(response)).to.equal('The body is not valid utf-8');
  });

  it('gives the empty string for a request without a body', async () => {
    expect(await (await app.get('/')).json()).to.equal('');
  });
});

describe('HttpRequest.json', () => {
  const app = reading(async ({ request }) => ({ got: await request.json() }));
  const json = { 'content-type': 'application/json' };

  it('gives what any JSON text stands for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        if (/"(__proto__|constructor)"/.test(text)) return;
        const response = await post(app, text, json);
        expect(await response.json()).to.deep.equal({ got: JSON.parse(text) as unknown });
      }),
      { numRuns: 50 },
    );
  });

  for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/merge-patch+json']) {
    it(`takes ${type}`, async () => {
      expect((await post(app, '1', { 'content-type': type })).status).to.equal(200);
    });
  }

  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'text/json2']) {
    it(`answers 415 for ${type}`, async () => {
      const response = await post(app, '1', { 'content-type': type });
      expect(response.status).to.equal(415);
      expect(await detailOf(response)).to.equal(`The body is ${type}; send application/json`);
    });
  }

  it('answers 415 for a body without a type, and says what would do', async () => {
    const response = await post(app, pieces('1'));
    expect(response.status).to.equal(415);
    expect(await detailOf(response)).to.equal('The request has no Content-Type; send application/json');
  });

  const malformed = ['{', '{"a":1,}', 'undefined', "{'a':1}", '1 2', '\u0000', '[1', '"\t"', ' ', '{"a":"\\x"}'];
  for (const text of malformed) {
    it(`answers 400 for ${JSON.stringify(text)}, without telling more`, async () => {
      const response = await post(app, text, json);
      expect(response.status).to.equal(400);
      expect(await response.json()).to.deep.equal({
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: 'The body is not valid JSON',
      });
      expect(app.errors).to.deep.equal([]);
    });
  }

  it('answers 400 for bytes that are not UTF-8', async () => {
    const response = await post(app, Uint8Array.of(0x22, 0xff, 0x22), json);
    expect(response.status).to.equal(400);
    expect(await detailOf(response)).to.equal('The body is not valid utf-8');
  });

  for (const [what, init] of [
    ['an empty body', { method: 'POST', body: '', headers: json }],
    ['no body', { method: 'GET', headers: json }],
  ] as const) {
    it(`answers 400 for ${what}, and says so`, async () => {
      const response = await app.get('/', init);
      expect(response.status).to.equal(400);
      expect(await detailOf(response)).to.equal('The body is empty where JSON was expected');
    });
  }

  it('skips a byte order mark', async () => {
    expect(await (await post(app, '\ufeff{"a":1}', json)).json()).to.deep.equal({ got: { a: 1 } });
  });

  it('parses arrays nested as deeply as the body is long', async () => {
    const deep = reading(async ({ request }) => {
      let depth = 0;
      for (let value = await request.json(); Array.isArray(value); value = value[0] as unknown) depth += 1;
      return { depth };
    });
    const text = '['.repeat(200_000) + ']'.repeat(200_000);
    const response = await post(deep, text, json);
    expect([200, 400]).to.include(response.status);
    if (response.status === 200) expect(await response.json()).to.deep.equal({ depth: 200_000 });
    expect(deep.errors).to.deep.equal([]);
  });

  const polluting = [
    '{"__proto__":{"polluted":1}}',
    '{"a":[{"b":{"__proto__":{"polluted":1}}}]}',
    '{"\\u005f_proto__":{"polluted":1}}',
    '{"__proto__":null}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '[{"\\u0063onstructor":{"prototype":{"polluted":1}}}]',
  ];
  for (const text of polluting) {
    it(`refuses ${text}`, async () => {
      const response = await post(app, text, json);
      expect(response.status).to.equal(400);
      expect(({} as { polluted?: unknown }).polluted).to.equal(undefined);
      expect(app.errors).to.deep.equal([]);
    });
  }

  it('takes a member that is merely called constructor, or prototype', async () => {
    const text = '{"constructor":"Ducati","prototype":{"x":1}}';
    expect(await (await post(app, text, json)).json()).to.deep.equal({ got: JSON.parse(text) as unknown });
  });
});

describe('HttpRequest.bytes', () => {
  it('gives the bytes as they were sent, however they were cut', async () => {
    const app = reading(async ({ request }) => [...(await request.bytes())]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), async (chunks) => {
        const response = await post(app, pieces(...chunks));
        expect(await response.json()).to.deep.equal(chunks.flatMap((chunk) => [...chunk]));
      }),
      { numRuns: 50 },
    );
  });

  it('gives a plain Uint8Array, also where the host hands in a Buffer', async () => {
    let kind: unknown;
    const app = reading(async ({ request }) => {
      kind = (await request.bytes()).constructor;
    });
    await post(app, pieces(Buffer.from('x')));
    expect(kind).to.equal(Uint8Array);
  });

  it('gives nothing for a request without a body', async () => {
    const app = reading(async ({ request }) => ({ length: (await request.bytes()).byteLength }));
    expect(await (await app.get('/')).json()).to.deep.equal({ length: 0 });
  });
});

describe('HttpRequest.stream', () => {
  it('gives the pieces as they arrive', async () => {
    const first = new Barrier();
    const second = new Barrier();
    const seen: string[] = [];
    const app = reading(async ({ request }) => {
      for await (const chunk of request.stream as unknown as AsyncIterable<Uint8Array>) {
        seen.push(new TextDecoder().decode(chunk));
        if (seen.length === 1) first.open();
      }
    });
    const answered = post(
      app,
      new ReadableStream({
        async start(controller) {
          controller.enqueue(encoder.encode('one'));
          await second.passed;
          controller.enqueue(encoder.encode('two'));
          controller.close();
        },
      }),
    );
    await first.passed;
    expect(seen).to.deep.equal(['one']);
    second.open();
    await answered;
    expect(seen).to.deep.equal(['one', 'two']);
  });

  it('pulls nothing from the host before it is read', async () => {
    let pulled = 0;
    const app = reading(({ request }) => {
      expect(request.stream.locked).to.equal(false);
    });
    await post(
      app,
      new ReadableStream(
        {
          pull(controller) {
            pulled += 1;
            controller.enqueue(encoder.encode('x'));
          },
        },
        { highWaterMark: 0 },
      ),
    );
    expect(pulled).to.equal(0);
  });

  it('is the same stream each time', async () => {
    const app = reading(({ request }) => ({ same: request.stream === request.stream }));
    expect(await (await post(app, 'x')).json()).to.deep.equal({ same: true });
  });

  it('cancels the host when it is cancelled', async () => {
    let cancelled = false;
    const app = reading(async ({ request }) => {
      const reader = request.stream.getReader();
      await reader.read();
      await reader.cancel();
    });
    await post(
      app,
      new ReadableStream({
        pull: (controller) => controller.enqueue(encoder.encode('x')),
        cancel() {
          cancelled = true;
        },
      }),
    );
    expect(cancelled).to.equal(true);
  });
});

describe('HttpRequest reading more than once', () => {
  it('gives the same again, also another way, while nothing took the stream', async () => {
    const app = reading(async ({ request }) => [
      await request.text(),
      await request.text(),
      await request.json(),
      (await request.bytes()).byteLength,
      await request.text(),
    ]);
    const response = await post(app, pieces('{"a"', ':1}'), { 'content-type': 'application/json' });
    expect(await response.json()).to.deep.equal(['{"a":1}', '{"a":1}', { a: 1 }, 7, '{"a":1}']);
  });

  it('reads once for readers at the same time', async () => {
    const app = reading(({ request }) => Promise.all([request.text(), request.json(), request.text()]));
    const response = await post(app, pieces('[', ']'), { 'content-type': 'application/json' });
    expect(await response.json()).to.deep.equal(['[]', [], '[]']);
  });

  it('can still be read as text after it turned out not to be JSON', async () => {
    const app = reading(async ({ request }) => {
      const refused = await request.json().catch((error: unknown) => (error as HttpException).status);
      return [refused, await request.text()];
    });
    expect(await (await post(app, 'x', { 'content-type': 'text/plain' })).json()).to.deep.equal([415, 'x']);
  });

  it('refuses the stream after the body was read, with body-used', async () => {
    const app = reading(async ({ request }) => {
      await request.text();
      return request.stream;
    });
    expect((await post(app, 'x')).status).to.equal(500);
    expect(app.errors.map(codeOf)).to.deep.equal(['body-used']);
  });

  for (const way of ['text', 'json', 'bytes', 'formData'] as const) {
    it(`refuses ${way}() after the stream was taken, with body-used`, async () => {
      const app = reading(async ({ request }) => {
        void request.stream;
        await request[way]();
      });
      const type = way === 'formData' ? 'application/x-www-form-urlencoded' : 'application/json';
      expect((await post(app, '1', { 'content-type': type })).status).to.equal(500);
      expect(app.errors.map(codeOf)).to.deep.equal(['body-used']);
    });
  }
});

describe('bodyLimitBytes', () => {
  const ways: Readonly<Record<string, Read>> = {
    'text()': ({ request }) => request.text(),
    'json()': ({ request }) => request.json(),
    'bytes()': ({ request }) => request.bytes(),
    stream: async ({ request }) => {
      const reader = request.stream.getReader();
      while (!(await reader.read()).done);
    },
  };
  for (const [name, read] of Object.entries(ways)) {
    for (const [how, body, headers] of [
      ['by its Content-Length', 'x', { 'content-length': '11' }],
      ['by counting', '12345678901', {}],
    ] as const) {
      it(`answers 413 to ${name} of a longer body, found ${how}`, async () => {
        const app = reading(read, { bodyLimitBytes: 10 });
        const response = await post(app, pieces(...body.split('')), { 'content-type': 'application/json', ...headers });
        expect(response.status).to.equal(413);
        expect(await response.json()).to.deep.equal({
          type: 'about:blank',
          title: 'Payload Too Large',
          status: 413,
          detail: 'The body is longer than 10 bytes',
        });
        expect(app.errors).to.deep.equal([]);
      });
    }
  }

  it('lets a body of exactly that length pass', async () => {
    const app = reading(({ request }) => request.text(), { bodyLimitBytes: 10 });
    expect(await (await post(app, '1234567890', { 'content-length': '10' })).text()).to.equal('1234567890');
  });

  for (const [what, headers] of [
    ['', {}],
    [', whatever its Content-Length says', { 'content-length': '3' }],
  ] as const) {
    it(`takes no more from the host than it needs to know${what}`, async () => {
      let pulled = 0;
      let cancelled = false;
      const app = reading(({ request }) => request.bytes(), { bodyLimitBytes: 10 });
      const endless = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            pulled += 1;
            controller.enqueue(new Uint8Array(4));
          },
          cancel() {
            cancelled = true;
          },
        },
        { highWaterMark: 0 },
      );
      expect((await post(app, endless, headers)).status).to.equal(413);
      expect(pulled).to.equal(3);
      expect(cancelled).to.equal(true);
    });
  }

  it('answers 413 at once, though the host never stops cancelling', async () => {
    const app = reading(({ request }) => request.bytes(), { bodyLimitBytes: 1 });
    const stuck = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(4)),
      cancel: () => new Promise<void>(() => {}),
    });
    expect((await post(app, stuck)).status).to.equal(413);
  });

  it("is the handler's own, else the application's, else a mebibyte", async () => {
    const read: Read = async ({ request }) => ({ length: (await request.bytes()).byteLength });
    expect((await post(reading(read, {}, 3), '1234')).status).to.equal(413);
    expect((await post(reading(read, { bodyLimitBytes: 4 }, 3), '1234')).status).to.equal(200);
    expect((await post(reading(read, { bodyLimitBytes: 2 }, 3), '123')).status).to.equal(413);
    expect((await post(reading(read), new Uint8Array(1_048_576))).status).to.equal(200);
    expect((await post(reading(read), new Uint8Array(1_048_577))).status).to.equal(413);
  });

  it('may be Infinity', async () => {
    const app = reading(async ({ request }) => ({ length: (await request.bytes()).byteLength }), {
      bodyLimitBytes: Infinity,
    });
    expect(await (await post(app, new Uint8Array(3_000_000))).json()).to.deep.equal({ length: 3_000_000 });
  });

  it('may be 0, which refuses any body', async () => {
    const app = reading(({ request }) => request.text(), { bodyLimitBytes: 0 });
    expect((await post(app, 'x')).status).to.equal(413);
    expect((await app.get('/')).status).to.equal(200);
  });

  it('does not concern a handler that reads no body', async () => {
    const app = reading(() => 'fine', { bodyLimitBytes: 1 });
    expect((await post(app, 'xxx', { 'content-length': '3' })).status).to.equal(200);
  });
});

describe('a body with a content coding', () => {
  it('is 415, and the answer says that none would do (RFC 9110, 15.5.16)', async () => {
    const app = reading(({ request }) => request.text());
    const response = await post(app, 'x', { 'content-encoding': 'gzip' });
    expect(response.status).to.equal(415);
    expect(response.headers.get('accept-encoding')).to.equal('identity');
    expect(await detailOf(response)).to.equal('A body with the content coding "gzip" is not accepted');
  });

  it('is taken when the coding is identity', async () => {
    const app = reading(({ request }) => request.text());
    expect(await (await post(app, 'x', { 'content-encoding': 'Identity' })).text()).to.equal('x');
  });
});

describe('a body that breaks off', () => {
  const broken = (): ReadableStream<Uint8Array> => {
    let pulled = 0;
    return new ReadableStream({
      pull(controller) {
        pulled += 1;
        if (pulled === 1) controller.enqueue(encoder.encode('first'));
        else controller.error(new Error('socket hang up'));
      },
    });
  };

  it('is 400 and no unexpected error: the client is to blame, and has gone', async () => {
    for (const read of [
      ({ request }: HttpContext) => request.text(),
      ({ request }: HttpContext) => request.bytes(),
      async ({ request }: HttpContext) => {
        const reader = request.stream.getReader();
        while (!(await reader.read()).done);
      },
    ]) {
      const app = reading(read);
      const response = await post(app, broken());
      expect(response.status).to.equal(400);
      expect(await detailOf(response)).to.equal('The body broke off before its end');
      expect(app.errors).to.deep.equal([]);
    }
  });

  it('tells the handler what happened to it', async () => {
    let told: unknown;
    const app = reading(async ({ request }) => {
      told = await request.text().catch((error: unknown) => error);
    });
    await post(app, broken());
    expect(told).to.be.instanceOf(HttpException);
    expect((told as Error).cause)
      .to.be.an('error')
      .with.property('message', 'socket hang up');
  });

  it('stays an unexpected error when somebody else has read the body before', async () => {
    const app = reading(({ request }) => request.text());
    const request = new Request('http://host/', { method: 'POST', body: 'x' });
    await request.text();
    expect((await app.app.fetch(request)).status).to.equal(500);
    expect(app.errors).to.have.length(1);
    expect(codeOf(app.errors[0])).to.equal('body-used');
    expect(String(app.errors[0])).to.contain('had been read before');
  });
});
