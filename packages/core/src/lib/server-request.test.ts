import { getEventListeners } from 'node:events';
import FakeTimers from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { Barrier } from './barrier.test-support.js';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { recordingApp } from './recording-app.test-support.js';

type Act = (context: HttpContext) => unknown;

/** A request as servers on top of Node make them: what costs much is made when it is asked for. */
class ServerRequest extends Request {
  readonly asked: string[] = [];

  constructor(body: BodyInit | null, init: RequestInit = {}) {
    super('http://host/', { method: 'POST', body, duplex: 'half', ...init } as RequestInit);
  }

  override get body(): Request['body'] {
    this.asked.push('body');
    return super.body;
  }

  override get signal(): AbortSignal {
    this.asked.push('signal');
    return super.signal;
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    this.asked.push('arrayBuffer');
    return super.arrayBuffer();
  }
}

const appOf = (act: Act): ReturnType<typeof recordingApp> =>
  recordingApp([defineHandler({ path: '/', name: 'it', bodyLimitBytes: 10 }, (context: HttpContext) => act(context))]);

const readers: Readonly<Record<string, Act>> = {
  'text()': ({ request }) => request.text(),
  'json()': async ({ request }) => String(await request.json()),
  'bytes()': async ({ request }) => new TextDecoder().decode(await request.bytes()),
  'text(), twice': async ({ request }) => (await request.text()) && request.text(),
};

describe('app.fetch of a request that a server has made of a class of its own', () => {
  const sized = (body: BodyInit, length: string): ServerRequest =>
    new ServerRequest(body, { headers: { 'content-type': 'application/json', 'content-length': length } });

  for (const [name, read] of Object.entries(readers)) {
    it(`has the server collect a body of known length for ${name}, and asks for nothing else`, async () => {
      const app = appOf(read);
      const request = sized('42', '2');
      expect(await (await app.get(request)).text()).to.equal('42');
      expect(request.asked).to.deep.equal(['arrayBuffer']);
    });

    it(`streams one of unknown length for ${name}`, async () => {
      const app = appOf(read);
      const request = new ServerRequest('42', { headers: { 'content-type': 'application/json' } });
      expect(await (await app.get(request)).text()).to.equal('42');
      expect(request.asked).to.include('body').and.not.include('arrayBuffer');
    });
  }

  it('streams one of known length to who asks for the stream', async () => {
    const app = appOf(({ request }) => request.stream);
    expect(await (await app.get(sized('42', '2'))).text()).to.equal('42');
    const none = new ServerRequest(null, { headers: { 'content-length': '0' } });
    expect(await (await app.get(none)).text()).to.equal('');
  });

  it('answers 413 to one that is too long, without reading it', async () => {
    const app = appOf(({ request }) => request.text());
    const request = sized('x'.repeat(11), '11');
    expect((await app.get(request)).status).to.equal(413);
    expect(request.asked).to.deep.equal([]);
    // No server should let it come to this.
    expect((await app.get(sized('x'.repeat(11), '1'))).status).to.equal(413);
    expect(app.errors).to.deep.equal([]);
  });

  it('answers 400 to one that breaks off', async () => {
    const app = appOf(({ request }) => request.text());
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('socket hang up')) });
    const response = await app.get(sized(broken, '5'));
    expect(response.status).to.equal(400);
    expect(await response.json()).to.have.property('detail', 'The body broke off before its end');
    expect(app.errors).to.deep.equal([]);
  });

  for (const [how, take] of [
    ['read', (request: Request) => request.text()],
    ['locked', async (request: Request) => request.body?.getReader()],
  ] as const) {
    for (const [name, read] of [
      ...Object.entries(readers),
      ['stream', ({ request }: HttpContext) => request.stream] as const,
    ]) {
      it(`reports that somebody else has ${how} the body, for ${name}`, async () => {
        const app = appOf(read);
        const request = sized('42', '2');
        await take(request);
        const response = await app.get(request);
        await response.text().catch(() => {});
        expect(app.errors.map((error) => [(error as { code?: string }).code, String(error)])).to.deep.equal([
          [
            'body-used',
            'VerbenaError: The request body had been read before the request was passed to fetch; pass on a clone of it',
          ],
        ]);
      });
    }
  }

  it('does not ask for the signal of what is answered soon', async () => {
    const clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const request = new ServerRequest(null);
      const app = appOf(async () => {
        await Promise.resolve();
        return 'soon';
      });
      expect(await (await app.get(request)).text()).to.equal('soon');
      clock.runAll();
      expect(request.asked).to.deep.equal([]);
    } finally {
      clock.uninstall();
    }
  });

  it('aborts context.signal when its client leaves, and when it had left before', async () => {
    for (const isBefore of [true, false]) {
      const leaving = new AbortController();
      const [begun, aborted] = [new Barrier(), new Barrier<unknown>()];
      const app = appOf(async ({ signal }) => {
        signal.addEventListener('abort', () => aborted.open((signal.reason as Error).name));
        begun.open();
        await aborted.passed;
      });
      if (isBefore) leaving.abort();
      const answered = app.get(new ServerRequest(null, { signal: leaving.signal }));
      await begun.passed;
      leaving.abort();
      expect(await aborted.passed).to.equal('AbortError');
      await answered;
      expect(app.errors).to.deep.equal([]);
    }
  });

  it('stops listening when the request is over', async () => {
    const clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const [begun, goOn] = [new Barrier(), new Barrier()];
      const app = appOf(async () => {
        begun.open();
        await goOn.passed;
      });
      const request = new ServerRequest(null);
      const answered = app.get(request);
      await begun.passed;
      clock.tick(1);
      expect(getEventListeners(request.signal, 'abort')).to.have.length(1);
      goOn.open();
      await answered;
      expect(getEventListeners(request.signal, 'abort')).to.have.length(0);
    } finally {
      clock.uninstall();
    }
  });
});
