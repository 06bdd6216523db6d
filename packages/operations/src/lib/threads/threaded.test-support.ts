import { threadId } from 'node:worker_threads';
import { injectable } from 'tsyringe';
import { z } from 'zod';
import { defineOperation, Operation, type OperationContext, OperationFailure, ResultContent } from '../../index.js';

const here = { runIn: 'thread', module: import.meta.url } as const;

@injectable()
export class Thread {
  readonly id: number = threadId;
}

@Operation('in-thread', { ...here, input: z.object({ name: z.string(), day: z.coerce.date() }) })
export class InThread {
  constructor(private readonly thread: Thread) {}

  run({ name, day }: { name: string; day: Date }): unknown {
    return { name, year: day.getUTCFullYear(), isThread: this.thread.id > 0 };
  }
}

/** Keeps its thread busy for so long, and never pauses. */
@Operation('busy', here)
export class Busy {
  run(busyMs: number, { report, signal, step }: OperationContext): number {
    const beginning = performance.now();
    const part = step('counting', 2);
    let turns = 0;
    for (let now = beginning; now < beginning + busyMs; now = performance.now()) {
      turns += 1;
      part.report((now - beginning) / busyMs);
      report({ message: `turn ${turns}` });
      if (signal.aborted) break;
    }
    signal.throwIfAborted();
    return turns;
  }
}

/** Looks at nothing. */
@Operation('deaf', { ...here, cancelGraceMs: 100 })
export class Deaf {
  run(): void {
    for (;;);
  }
}

@Operation('odd', { ...here, repeatable: true, attempts: 2, backoffMs: 1 })
export class Odd {
  async run(what: string, { checkpoint, lastCheckpoint, log, report, attempt }: OperationContext): Promise<unknown> {
    log(`attempt ${attempt}`);
    switch (what) {
      case 'failure':
        throw new OperationFailure('no-money', { detail: 'Your balance is too low' });
      case 'error':
        throw new RangeError('the password is 1234');
      case 'exited':
        throw new Error('ffmpeg exited with code 1');
      case 'uncaught':
        setTimeout(() => {
          throw new Error('nobody catches it');
        });
        return await new Promise(() => {});
      case 'proxy':
        throw new Proxy(new Error('x'), { get: refuse, getPrototypeOf: refuse });
      case 'odd line':
        log(Object.create(null) as string);
        return 'logged';
      case 'exit':
        return process.exit(3);
      case 'bigint':
        return 1n;
      case 'content':
        return new ResultContent(pieces(), 'text/csv');
      case 'checkpoint':
        if (attempt === 2) return lastCheckpoint;
        await checkpoint({ row: 7 });
        throw new Error('again');
      case 'large checkpoint':
        return await checkpoint('x'.repeat(20_000)).catch((error: { code: string }) => error.code);
      default:
        report(Number.NaN);
        return undefined;
    }
  }
}

function refuse(): never {
  // What can neither be looked at nor be handed to another thread.
  const thrown: unknown = refuse;
  throw thrown;
}

async function* pieces(): AsyncGenerator<string, undefined> {
  yield 'a;b\n';
  yield 'é;2\n';
}

/** Not exported. */
class Hidden {
  run(): void {}
}
defineOperation('hidden', here, Hidden);

/** What is not exported by its own name. */
export const hidden: { readonly Hidden: typeof Hidden } = { Hidden };

export const shout: (text: string) => string = defineOperation('shout', here, (text: string) => text.toUpperCase());
