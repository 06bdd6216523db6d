import { defineOperation, type OperationContext } from '@verbena/operations';
import type { View } from './seen.test-support.js';

/** What tests have worked on in processes of their own: so many steps, with a pause after each. */
export interface Steps {
  readonly steps: number;
  readonly pauseMs: number;
}

/** What a process tells the test. */
export interface Told {
  readonly pid: number;
  readonly at: number;
  readonly event: 'up' | 'begun' | 'stopped' | 'warned' | 'seen' | 'gone';
  readonly id?: string;
  readonly attempt?: number;
  readonly view?: View;
  readonly text?: string;
}

/** Tells the process of the test, where there is one. */
export function tell(told: Omit<Told, 'pid' | 'at'>): void {
  process.send?.({ ...told, pid: process.pid, at: performance.timeOrigin + performance.now() });
}

async function work({ steps, pauseMs }: Steps, { id, attempt, signal, report }: OperationContext): Promise<number> {
  tell({ event: 'begun', id, attempt });
  signal.addEventListener('abort', () => {
    const text = (signal.reason as { code: string }).code;
    tell({ event: 'stopped', id, attempt, text });
  });
  for (let done = 0; done < steps; done += 1) {
    report({ done, total: steps });
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    signal.throwIfAborted();
  }
  return attempt;
}

/** May be done again when its worker is lost. */
export const repeatable: typeof work = defineOperation(
  'repeatable',
  { repeatable: true, concurrency: 50 },
  (input: Steps, context: OperationContext): Promise<number> => work(input, context),
);

/** Must not be done twice. */
export const once: typeof work = defineOperation(
  'once',
  { concurrency: 50 },
  (input: Steps, context: OperationContext): Promise<number> => work(input, context),
);

/** Blocks the event loop of the first worker that takes it. */
export const spin: typeof block = defineOperation('spin', { repeatable: true }, block);

async function block({ blockMs }: { readonly blockMs: number }, context: OperationContext): Promise<number> {
  const { id, attempt, signal, report } = context;
  tell({ event: 'begun', id, attempt });
  signal.addEventListener('abort', () => tell({ event: 'stopped', id, attempt }));
  if (attempt > 1) return attempt;
  report(0.9);
  await new Promise((resolve) => setTimeout(resolve, 250));
  const end = performance.now() + blockMs;
  while (performance.now() < end);
  report(0.95);
  await new Promise((resolve) => setTimeout(resolve, 500));
  return attempt;
}

/** Neither ends nor heeds its signal, and keeps its process alive. */
export const stubborn: typeof ignore = defineOperation('stubborn', {}, ignore);

function ignore(_input: object, { id, attempt }: OperationContext): Promise<never> {
  tell({ event: 'begun', id, attempt });
  return new Promise(() => setInterval(() => {}, 1_000));
}

export const secret = 'the same in all processes';
