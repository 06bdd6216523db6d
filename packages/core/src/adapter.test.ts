import { expect } from 'chai';
import {
  answer,
  type HostAnswer,
  type HostRequest,
  type HostSession,
  KeyedTurns,
  RecordHeaders,
  sessionOptionsOf,
} from './adapter.js';
import type { AppOptions, HandlerApp } from './lib/app.js';
import { createApp } from './lib/app.js';
import type { HttpContext } from './lib/context.js';
import { defineHandler } from './lib/decorators/define.js';

/** A host that notes what it is asked for. */
class NotingHost implements HostRequest {
  readonly asked: string[] = [];
  readonly errors: unknown[] = [];
  readonly verb: string;
  readonly path: string;
  readonly headers = new RecordHeaders({ 'x-sent': '1' });
  readonly ip = '203.0.113.7';
  readonly secure = true;
  readonly native = { host: 'mine' };
  leave: () => void = () => {};

  constructor(path: string, verb = 'GET') {
    this.path = path;
    this.verb = verb;
  }

  get url(): string {
    this.asked.push('url');
    return `https://example.org/mounted${this.path}?q=1`;
  }

  get body(): AsyncIterable<Uint8Array> | null {
    this.asked.push('body');
    return null;
  }

  get session(): HostSession | undefined {
    this.asked.push('session');
    return undefined;
  }

  onClose(listener: () => void): () => void {
    this.asked.push('onClose');
    this.leave = listener;
    return () => this.asked.push('no more of onClose');
  }

  onError(error: unknown): void {
    this.errors.push(error);
  }
}

function appOf(act: (context: HttpContext) => unknown, options: Partial<AppOptions> = {}): HandlerApp {
  return createApp({ handlers: [defineHandler('GET /', act)], development: false, ...options });
}

function textOf(answered: HostAnswer | undefined): unknown {
  return answered?.body;
}

describe('answer', () => {
  it('asks a host for nothing that the handler does not use', async () => {
    const host = new NotingHost('/');
    expect(
      textOf(
        await answer(
          appOf(({ request }) => `${request.verb} ${request.path}`),
          host,
        ),
      ),
    ).to.equal('GET /');
    expect(host.asked).to.deep.equal([]);
  });

  it('gives the handler what the host knows', async () => {
    const host = new NotingHost('/');
    const seen: unknown[] = [];
    await answer(
      appOf(async (context) => {
        const { request, native } = context;
        seen.push(request.url.href, request.query.get('q'), request.headers.get('X-Sent'), request.ip, request.secure);
        seen.push(native === host.native, await request.text());
      }),
      host,
    );
    expect(seen).to.deep.equal(['https://example.org/mounted/?q=1', '1', '1', '203.0.113.7', true, true, '']);
    expect(host.asked).to.have.members(['url', 'body', 'onClose', 'no more of onClose']);
  });

  it('answers 400, and reports nothing, where the handler asks for a URL the client has spoilt', async () => {
    class SpoiltHost extends NotingHost {
      override get url(): string {
        return 'http://not a host/';
      }
    }
    for (const read of ['url', 'query'] as const) {
      const host = new SpoiltHost('/');
      expect(
        (
          await answer(
            appOf(({ request }) => void request[read]),
            host,
          )
        )?.status,
      ).to.equal(400);
      expect(host.errors).to.deep.equal([]);
    }
    expect(
      (
        await answer(
          appOf(() => 'needs none'),
          new SpoiltHost('/'),
        )
      )?.status,
    ).to.equal(200);
  });

  it('resolves with nothing where no mapping has the path, so that the host can go on', async () => {
    expect(
      await answer(
        appOf(() => 'x'),
        new NotingHost('/other'),
      ),
    ).to.equal(undefined);
    expect(
      await answer(
        appOf(() => 'x'),
        new NotingHost('/%zz'),
      ),
    ).to.equal(undefined);
  });

  it('answers where a mapping has the path for other verbs', async () => {
    const refused = await answer(
      appOf(() => 'x'),
      new NotingHost('/', 'PUT'),
    );
    expect(refused?.status).to.equal(405);
    expect(refused?.headers.get('allow')).to.match(/GET/);
  });

  it('tells both the host and the application of an error nobody expected, once each', async () => {
    const told: unknown[] = [];
    const host = new NotingHost('/');
    const error = new Error('broken');
    const app = appOf(
      () => {
        throw error;
      },
      { onError: (one) => told.push(one) },
    );
    expect((await answer(app, host))?.status).to.equal(500);
    expect(host.errors).to.deep.equal([error]);
    expect(told).to.deep.equal([error]);
  });

  it('breaks the request off when the host says that the client has gone', async () => {
    const host = new NotingHost('/');
    let reason: unknown;
    await answer(
      appOf(async (context) => {
        const aborted = new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
        host.leave();
        await aborted;
        reason = context.signal.reason;
      }),
      host,
    );
    expect(reason).to.be.instanceOf(DOMException).with.property('name', 'AbortError');
  });

  it('lets a host bring its own sessions, with turns of core', async () => {
    const turns = new KeyedTurns();
    const saved: unknown[] = [];
    class SessionHost extends NotingHost {
      override get session(): HostSession {
        return {
          waitMs: 1000,
          turns,
          key: () => 'k',
          load: async () => ({
            id: 'k',
            isNew: false,
            values: { n: 1 },
            save: async (values) => void saved.push(values),
            regenerate: async () => {},
            destroy: async () => {},
          }),
        };
      }
    }
    const handler = defineHandler({ path: '/', session: 'required' }, ({ session }: HttpContext) => {
      session.set('n', Number(session.get('n')) + 1);
    });
    await answer(createApp({ handlers: [handler] }), new SessionHost('/'));
    expect(saved).to.deep.equal([{ n: 2 }]);
  });
});

describe('sessionOptionsOf', () => {
  for (const [what, given] of [
    ['nothing', undefined],
    ['an empty object', {}],
    ["an application's fetch", appOf(() => {}).fetch],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => sessionOptionsOf(given as unknown as HandlerApp)).to.throw(
        TypeError,
        'An adapter takes what createApp gave, not',
      );
    });
  }
});
