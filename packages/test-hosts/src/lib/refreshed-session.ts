import type { HttpContext } from '@verbena/core';
import type { Act } from './session-app.js';
import type { Visitor } from './visitor.js';

/** An answer that lasts and looks at its session again and again, while other requests change and end it. */
export class RefreshedSession {
  #look = (): void => {};

  /** For `sessionApp`. */
  readonly acts: Readonly<Record<string, Act>> = {
    'readonly /watch': async ({ session, response }: HttpContext) => {
      for (let looks = 0; looks < 3; looks += 1) {
        response.write(`${JSON.stringify(session.get('v') ?? null)}\n`);
        const asked = new Promise<void>((resolve) => (this.#look = resolve));
        await response.flush();
        await asked;
        await session.refresh();
      }
    },
  };

  /** What is seen at first, after another request has changed the session, and after one has ended it. */
  async seenBy(visitor: Visitor): Promise<unknown[]> {
    await visitor.get('/set?v=first');
    const reader = (await visitor.get('/watch')).body?.pipeThrough(new TextDecoderStream()).getReader();
    const seen: unknown[] = [];
    for (const path of ['/set?v=second', '/leave', '/show']) {
      seen.push(JSON.parse(String((await reader?.read())?.value)));
      await visitor.get(path);
      this.#look();
    }
    await reader?.read();
    return seen;
  }
}
