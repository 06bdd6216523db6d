import { createApp, defineHandler, type HandlerApp, type HttpContext, type SessionStore } from '@verbena/core';

/** What a handler does. */
export type Act = (context: HttpContext) => unknown;

/** Keeps sessions as a distant store would, as text, and counts how often it is asked. */
export class CountingStore implements SessionStore {
  readonly texts: Map<string, string> = new Map();
  readonly calls: string[] = [];
  failing: keyof SessionStore | undefined;

  async get(key: string): Promise<unknown> {
    this.#called('get');
    const text = this.texts.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async set(key: string, value: Record<string, unknown>): Promise<void> {
    this.#called('set');
    this.texts.set(key, JSON.stringify(value));
  }

  async delete(key: string): Promise<void> {
    this.#called('delete');
    this.texts.delete(key);
  }

  /** What it holds, without identities and what express-session adds. */
  get contents(): unknown[] {
    return [...this.texts.values()].map((text) => {
      const { cookie: _cookie, ...values } = JSON.parse(text) as Record<string, unknown>;
      return values['values'] ?? values;
    });
  }

  #called(call: keyof SessionStore): void {
    this.calls.push(call);
    if (this.failing === call) throw new Error('store is down');
  }
}

/**
 * An application whose handlers use the session, each declared by its mode (`required`, `readonly`, `none`) and path.
 *
 * @param acts further ones, or others for the same path
 */
export function sessionApp(
  acts: Readonly<Record<string, Act>> = {},
  onError: (error: unknown) => void = () => {},
): HandlerApp {
  const all: Record<string, Act> = {
    'required /set': ({ request, session }) => session.set('v', request.query.get('v') ?? 'some'),
    'readonly /show': ({ session }) => JSON.stringify(session.get('v') ?? null),
    'required /count': async ({ session }) => {
      const before = Number(session.get('n') ?? 0);
      // Lets other requests arrive and load in between.
      await new Promise((resolve) => setImmediate(resolve));
      session.set('n', before + 1);
      return String(before + 1);
    },
    'required /look': ({ session }) => session.keys(),
    'none /plain': () => 'plain',
    'required /fail': ({ session }) => {
      session.set('v', 'changed');
      throw new Error('broken');
    },
    'required /renew': async ({ session }) => {
      const before = session.id;
      await session.regenerate();
      session.set('renewed', true);
      return [before, session.id];
    },
    'required /leave': ({ session }) => session.abandon(),
    'required /late': async ({ session, response }) => {
      response.write('x');
      await response.flush();
      session.set('v', 'late');
    },
    ...acts,
  };
  return createApp({
    development: false,
    onError,
    handlers: Object.entries(all).map(([declaration, act]) => {
      const [session, path = ''] = declaration.split(' ');
      const handle = (context: HttpContext): unknown => act(context);
      return session === 'required' || session === 'readonly'
        ? defineHandler({ path, session }, handle)
        : defineHandler({ path }, handle);
    }),
  });
}

/** Something a handler waits at, and a sign that it has come there. */
export class Gate {
  open!: () => void;
  reach!: () => void;
  readonly passed: Promise<void> = new Promise<void>((resolve) => (this.open = resolve));
  readonly reached: Promise<void> = new Promise<void>((resolve) => (this.reach = resolve));
}
