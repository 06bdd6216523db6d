import { createApp, defineHandler, type HandlerApp, type HttpContext, type SessionOptions } from '@verbena/core';

/** What a handler does. */
export type Act = (context: HttpContext) => unknown;

/**
 * An application whose handlers use the session, each declared by its mode (`required`, `readonly`, `none`) and path.
 *
 * @param acts further ones, or others for the same path
 * @param session where the application itself keeps its sessions
 */
export function sessionApp(
  acts: Readonly<Record<string, Act>> = {},
  onError: (error: unknown) => void = () => {},
  session?: SessionOptions,
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
    ...(session === undefined ? {} : { session }),
    handlers: Object.entries(all).map(([declaration, act]) => {
      const [mode, path = ''] = declaration.split(' ');
      const handle = (context: HttpContext): unknown => act(context);
      return mode === 'required' || mode === 'readonly'
        ? defineHandler({ path, session: mode }, handle)
        : defineHandler({ path }, handle);
    }),
  });
}
