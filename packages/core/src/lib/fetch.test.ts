import { expect } from 'chai';
import { createApp } from './app.js';
import { Barrier } from './barrier.test-support.js';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import type { FetchNative } from './fetch.js';
import { recordingApp } from './recording-app.test-support.js';

const encoder = new TextEncoder();

describe('app.fetch', () => {
  it('needs no this, so that a host can be given it as it is', async () => {
    const { fetch } = createApp({ handlers: [defineHandler('/', () => 'hello')] });
    expect(await (await fetch(new Request('http://host/'))).text()).to.equal('hello');
    const exported = { fetch };
    expect((await exported.fetch(new Request('http://host/'))).status).to.equal(200);
  });

  it('passes on what the host gave beside the request, in context.native', async () => {
    let native: unknown;
    const { app } = recordingApp([
      defineHandler('/', (context: HttpContext) => {
        native = context.native;
      }),
    ]);
    const [request, bindings, execution] = [new Request('http://host/'), { KEY: 'x' }, { waitUntil() {} }];
    await app.fetch(request, bindings, execution);
    expect((native as FetchNative).request).to.equal(request);
    expect((native as FetchNative).platform).to.deep.equal([bindings, execution]);
  });

  it('answers 404 with problem details where no mapping has the path, and for HEAD without the body', async () => {
    const { errors, get } = recordingApp([defineHandler('/known', () => 'x')]);
    const response = await get('/unknown');
    expect(response.status).to.equal(404);
    expect(await response.json()).to.deep.equal({ type: 'about:blank', title: 'Not Found', status: 404 });
    const head = await get('/unknown', { method: 'HEAD' });
    expect(head.status).to.equal(404);
    expect(await head.text()).to.equal('');
    expect(errors).to.deep.equal([]);
  });

  it('gives statuses without content no body', async () => {
    for (const status of [204, 205, 304]) {
      const { get } = recordingApp([
        defineHandler('/', ({ response }) => {
          response.status = status;
          return 'not sent';
        }),
      ]);
      const response = await get('/');
      expect(response.status).to.equal(status);
      expect(response.body).to.equal(null);
    }
  });

  it('keeps headers of HEAD, and sends no body', async () => {
    const { get } = recordingApp([defineHandler('GET /', () => 'hello')]);
    const response = await get('/', { method: 'HEAD' });
    expect(response.headers.get('content-length')).to.equal('5');
    expect(response.headers.get('content-type')).to.equal('text/plain; charset=utf-8');
    expect(await response.text()).to.equal('');
  });

  it('gives every header field, whatever its name and however often it was set', async () => {
    const { get } = recordingApp([
      defineHandler('/', ({ response }) => {
        response.headers.set('__proto__', 'a name like any other');
        response.headers.append('link', '</a>');
        response.headers.append('link', '</b>');
        response.cookies.set('one', '1');
        response.cookies.set('two', '2');
        return 'x';
      }),
      defineHandler('/one', ({ response }) => {
        response.headers.set('__proto__', 'a name like any other');
        return 'x';
      }),
    ]);
    const { headers } = await get('/');
    expect([headers.get('__proto__'), headers.get('link')]).to.deep.equal(['a name like any other', '</a>, </b>']);
    expect(headers.getSetCookie().map((cookie) => cookie.split(';')[0])).to.deep.equal(['one=1', 'two=2']);
    expect((await get('/one')).headers.get('__proto__')).to.equal('a name like any other');
  });

  it('takes the same request by several applications, as long as one reads the body', async () => {
    const [first, second] = [
      createApp({ handlers: [defineHandler('/a', ({ request }) => request.text())] }),
      createApp({ handlers: [defineHandler('/b', ({ request }) => request.text())] }),
    ];
    const request = new Request('http://host/b', { method: 'POST', body: 'x' });
    expect((await first.fetch(request)).status).to.equal(404);
    expect(await (await second.fetch(request)).text()).to.equal('x');
  });
});

describe('app.fetch with a streamed request', () => {
  it('lets a handler answer before the request has arrived, piece by piece', async () => {
    const { get } = recordingApp([defineHandler('/', ({ request }) => request.stream)]);
    const upload = new TransformStream<Uint8Array, Uint8Array>();
    const writer = upload.writable.getWriter();
    const response = await get('/', { method: 'POST', body: upload.readable, duplex: 'half' } as RequestInit);
    const reader = response.body?.getReader();
    for (const text of ['one', 'two']) {
      const written = writer.write(encoder.encode(text));
      expect(new TextDecoder().decode((await reader?.read())?.value)).to.equal(text);
      await written;
    }
    const closed = writer.close();
    expect((await reader?.read())?.done).to.equal(true);
    await closed;
  });
});

describe('app.fetch with a streamed response', () => {
  function counting(): { read: number; returned: Barrier; app: ReturnType<typeof recordingApp> } {
    const state = { read: 0, returned: new Barrier(), app: undefined as unknown as ReturnType<typeof recordingApp> };
    state.app = recordingApp([
      defineHandler('/', async function* () {
        try {
          for (;;) {
            state.read += 1;
            yield `piece ${state.read};`;
          }
        } finally {
          state.returned.open();
        }
      }),
    ]);
    return state;
  }

  it('pulls the first piece of a generator with its head, and no further than somebody reads', async () => {
    const state = counting();
    const response = await state.app.get('/');
    expect(state.read).to.equal(1);
    const reader = response.body?.getReader();
    await reader?.read();
    expect(state.read).to.equal(1);
    await reader?.read();
    expect(state.read).to.equal(2);
    await reader?.cancel();
    await state.returned.passed;
  });

  it('stops the source when it is cancelled, also before anything was read', async () => {
    for (const reads of [0, 1]) {
      let stopped = false;
      const { errors, get } = recordingApp([
        defineHandler(
          '/',
          () =>
            new ReadableStream({
              pull: (controller) => controller.enqueue('x'),
              cancel() {
                stopped = true;
              },
            }),
        ),
      ]);
      const reader = (await get('/')).body?.getReader();
      for (let count = 0; count < reads; count += 1) await reader?.read();
      await reader?.cancel('enough');
      expect(stopped).to.equal(true);
      expect(errors).to.deep.equal([]);
    }
  });

  it('tells a writing handler by its signal that the response was cancelled', async () => {
    const aborted = new Barrier<unknown>();
    const { errors, get } = recordingApp([
      defineHandler('/', async ({ response, signal }: HttpContext) => {
        response.write('begin');
        signal.addEventListener('abort', () => aborted.open(signal.reason));
        await response.flush();
        await aborted.passed;
      }),
    ]);
    const reader = (await get('/')).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(await aborted.passed).to.have.property('name', 'AbortError');
    expect(errors).to.deep.equal([]);
  });

  it('errors the body when the source fails, rather than ending it', async () => {
    const { errors, get } = recordingApp([
      defineHandler('/', async function* () {
        yield 'first';
        throw new Error('broken');
      }),
    ]);
    const response = await get('/');
    expect(response.status).to.equal(200);
    const failure = await response.text().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.an('error');
    expect(errors.map(String)).to.deep.equal(['Error: broken']);
  });
});

describe('app.fetch with an abort signal', () => {
  it('aborts context.signal when the request is aborted', async () => {
    const began = new Barrier();
    const controller = new AbortController();
    const reasons: unknown[] = [];
    const { errors, get } = recordingApp([
      defineHandler('/', async ({ signal }: HttpContext) => {
        const aborted = new Barrier<unknown>();
        signal.addEventListener('abort', () => aborted.open(signal.reason));
        began.open();
        reasons.push(await aborted.passed);
        signal.throwIfAborted();
      }),
    ]);
    const answered = get('/', { signal: controller.signal });
    await began.passed;
    controller.abort();
    await answered;
    expect(reasons).to.have.length(1);
    expect(reasons[0]).to.have.property('name', 'AbortError');
    expect(errors).to.deep.equal([]);
  });

  it('aborts it although the handler asks for the signal only later', async () => {
    const began = new Barrier();
    const goOn = new Barrier();
    const controller = new AbortController();
    let aborted: boolean | undefined;
    const { get } = recordingApp([
      defineHandler('/', async (context: HttpContext) => {
        began.open();
        await goOn.passed;
        aborted = context.signal.aborted;
      }),
    ]);
    const answered = get('/', { signal: controller.signal });
    await began.passed;
    controller.abort();
    goOn.open();
    await answered;
    expect(aborted).to.equal(true);
  });

  it('has context.signal aborted from the start for a request that is', async () => {
    let aborted: boolean | undefined;
    const { app } = recordingApp([
      defineHandler('/', ({ signal }: HttpContext) => {
        aborted = signal.aborted;
      }),
    ]);
    await app.fetch(new Request('http://host/', { signal: AbortSignal.abort() }));
    expect(aborted).to.equal(true);
  });

  it('leaves context.signal alone once the answer is complete', async () => {
    const controller = new AbortController();
    let signal: AbortSignal | undefined;
    const { get } = recordingApp([
      defineHandler('/', async (context: HttpContext) => {
        signal = context.signal;
        return 'done';
      }),
    ]);
    await (await get('/', { signal: controller.signal })).text();
    controller.abort();
    expect(signal?.aborted).to.equal(false);
  });

  it('lets go of a handler that flushes after that, without waiting for it', async () => {
    const goOn = new Barrier();
    const controller = new AbortController();
    const { app, errors, get } = recordingApp([
      defineHandler('/', async ({ response }: HttpContext) => {
        await goOn.passed;
        response.write('x');
        void response.flush();
      }),
    ]);
    const answered = get('/', { signal: controller.signal });
    controller.abort();
    goOn.open();
    expect(await (await answered).text()).to.equal('');
    await app.close();
    expect(errors).to.deep.equal([]);
  });

  it('stops a body that is being streamed', async () => {
    const stopped = new Barrier();
    const controller = new AbortController();
    const { get } = recordingApp([
      defineHandler('/', async function* () {
        try {
          for (;;) yield 'x';
        } finally {
          stopped.open();
        }
      }),
    ]);
    const reader = (await get('/', { signal: controller.signal })).body?.getReader();
    await reader?.read();
    controller.abort();
    await stopped.passed;
  });
});

describe('app.fetch in a Worker', () => {
  it('has the runtime wait until the handler has been given back', async () => {
    const goOn = new Barrier();
    let isOver = false;
    const { app } = recordingApp([
      defineHandler('/', async ({ response }: HttpContext) => {
        await Promise.resolve();
        response.end('answered');
        await goOn.passed;
        isOver = true;
      }),
    ]);
    const waited: Promise<unknown>[] = [];
    const execution = { waitUntil: (over: Promise<unknown>) => waited.push(over) };
    const answered = await app.fetch(new Request('http://host/'), { BINDING: 1 }, execution);
    expect(await answered.text()).to.equal('answered');
    expect([waited.length, isOver]).to.deep.equal([1, false]);
    goOn.open();
    await waited[0];
    expect(isOver).to.equal(true);
  });

  it('answers although the runtime will not wait, and says so', async () => {
    const { app, errors } = recordingApp([defineHandler('/', () => 'answered')]);
    const execution = {
      waitUntil() {
        throw new Error('too late');
      },
    };
    expect(await (await app.fetch(new Request('http://host/'), {}, execution)).text()).to.equal('answered');
    expect(errors.map(String)).to.deep.equal(['Error: too late']);
    await app.close({ graceMs: 0 });
  });

  it('leaves the runtime alone for a path that no mapping has', async () => {
    const { app } = recordingApp([]);
    const waited: unknown[] = [];
    await app.fetch(new Request('http://host/nowhere'), {}, { waitUntil: (over: unknown) => waited.push(over) });
    expect(waited).to.be.empty;
  });
});

describe('app.fetch behind a runtime that believes the Host', () => {
  for (const host of ['a/admin', 'a?b', 'user@a', 'a, b', 'a b', 'a\\b', 'a#b']) {
    it(`answers 400 for the host ${host}, whatever path it has made of it`, async () => {
      let isReached = false;
      const { app, errors } = recordingApp([
        defineHandler('*', () => {
          isReached = true;
        }),
      ]);
      const response = await app.fetch(new Request('http://a/admin/x', { headers: { host } }));
      expect([response.status, isReached]).to.deep.equal([400, false]);
      expect(errors).to.be.empty;
    });
  }

  it('shows nothing of an error that breaks a body off', async () => {
    const { app } = recordingApp([
      defineHandler('/', async function* () {
        yield 'first';
        throw new Error('the password is swordfish');
      }),
    ]);
    const response = await app.fetch(new Request('http://host/'));
    const error: unknown = await response.text().catch((caught: unknown) => caught);
    expect(String(error)).to.not.contain('swordfish');
    expect(error).to.have.nested.property('cause.message', 'the password is swordfish');
  });
});
