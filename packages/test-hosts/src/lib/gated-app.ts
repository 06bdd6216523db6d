import { createApp, defineHandler, type HandlerApp, type HttpContext } from '@verbena/core';
import { expect } from 'chai';
import type { Gate } from './gate.js';
import type { Visitor } from './visitor.js';

/** An application whose handler of `/gated` counts by ten in its session, and waits at the gate before. */
export function gatedApp(gate: Gate): HandlerApp {
  const gated = defineHandler({ path: '/gated', session: 'required' }, async ({ session }: HttpContext) => {
    gate.reach();
    await gate.passed;
    session.set('n', Number(session.get('n') ?? 0) + 10);
  });
  return createApp({ handlers: [gated] });
}

/**
 * Expects a request to a session application to wait for one to a gated application, and not to undo what that did.
 *
 * @param path where the gated application has its handler
 */
export async function expectTurns(visitor: Visitor, path: string, gate: Gate): Promise<void> {
  await visitor.get('/count');
  const held = visitor.get(path);
  await gate.reached;
  const counted = visitor.text('/count');
  // Were it not to wait, it would be through by now.
  for (let others = 0; others < 5; others += 1) await visitor.get('/plain');
  gate.open();
  await held;
  expect(await counted).to.equal('12');
}
