import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { InvalidInputError, OperationsError } from '../errors.js';
import type { Execution, Job } from '../execution.js';
import { OperationFailure } from '../failure.js';
import { decodePlain, encodePlain } from '../plain-data.js';
import type { ResultPayload } from '../results/payload.js';
import { ResultContent } from '../results/result-content.js';
import type { Stop } from '../stop.js';
import {
  stops,
  type Refusal,
  type ThreadAnswer,
  type ThreadEnding,
  type ThreadMessage,
  type ThreadTask,
} from './thread-task.js';

/** Why an attempt stops, by the code of its signal's reason. */
const stopsByCode: Readonly<Record<string, Stop>> = {
  cancelled: 'cancel',
  'timed-out': 'timeout',
  'shutting-down': 'shutdown',
  'taken-over': 'lost',
};

/** Does the work of attempts in threads, each in one of its own; a thread that does not stop in time is ended. */
export class ThreadExecution implements Execution {
  readonly #maxThreads: number | undefined;
  #pool: Promise<Piscina<ThreadTask, ThreadEnding>> | undefined;

  /** @throws RangeError when no thread could ever run */
  constructor(maxThreads?: number) {
    if (maxThreads !== undefined && !(Number.isInteger(maxThreads) && maxThreads >= 1))
      throw new RangeError(`maxThreads is ${String(maxThreads)}; give a whole number, 1 or more`);
    this.#maxThreads = maxThreads;
  }

  async run<Kept>(job: Job<Kept>): Promise<Kept> {
    return await job.keep(payloadOf(await this.#work(job), job));
  }

  async close(): Promise<void> {
    await (await this.#pool)?.destroy();
  }

  async #work(job: Job<unknown>): Promise<ThreadEnding> {
    const pool = await (this.#pool ??= this.#open());
    const { port1: ours, port2: theirs } = new MessageChannel();
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const tell = (): void => {
      const { code } = job.context.signal.reason as OperationsError;
      Atomics.store(stop, 0, stops.indexOf(stopsByCode[code]));
      answer(ours, { what: 'stop' });
    };
    const { signal } = job.context;
    if (signal.aborted) tell();
    else signal.addEventListener('abort', tell, { once: true });
    ours.on('message', (message: ThreadMessage) => hear(message, job, ours));
    try {
      return await pool.run(taskOf(job, stop, theirs), { transferList: [theirs], signal: job.givenUp });
    } catch (error) {
      throw asOurs(error, job);
    } finally {
      signal.removeEventListener('abort', tell);
      // How it ended comes another way, and may have come before what was said last.
      for (let last = receiveMessageOnPort(ours); last !== undefined; last = receiveMessageOnPort(ours))
        hear(last.message as ThreadMessage, job, ours);
      ours.close();
    }
  }

  async #open(): Promise<Piscina<ThreadTask, ThreadEnding>> {
    // Only those who use threads pay for it.
    const { Piscina } = await import('piscina');
    return new Piscina<ThreadTask, ThreadEnding>({
      filename: new URL('thread.js', import.meta.url).href,
      minThreads: 0,
      idleTimeout: 10_000,
      ...(this.#maxThreads === undefined ? {} : { maxThreads: this.#maxThreads }),
    });
  }
}

function taskOf({ operation, input, context }: Job<unknown>, stop: Int32Array, port: MessagePort): ThreadTask {
  return {
    kind: operation.kind,
    module: operation.module ?? '',
    id: context.id,
    attempt: context.attempt,
    input,
    lastCheckpoint: encodePlain(context.lastCheckpoint),
    stop,
    port,
  };
}

function hear(message: ThreadMessage, job: Job<unknown>, port: MessagePort): void {
  switch (message.what) {
    case 'progress':
      job.progressed(message.progress);
      return;
    case 'warning':
      job.warn(message.message);
      return;
    case 'error':
      job.report(message.error);
      return;
    case 'log':
      for (const line of message.lines) job.context.log(line);
      return;
    case 'checkpoint':
      job.context.checkpoint(decodePlain(message.text)).then(
        () => answer(port, { what: 'kept', turn: message.turn }),
        (error: unknown) => answer(port, { what: 'kept', turn: message.turn, refusal: refusalOf(error) }),
      );
  }
}

function answer(port: MessagePort, said: ThreadAnswer): void {
  port.postMessage(said);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof OperationsError) return { code: error.code, message: error.message };
  return { code: 'engine-away', message: 'A checkpoint could not be kept' };
}

function payloadOf(ending: ThreadEnding, { operation, context }: Job<unknown>): ResultPayload {
  switch (ending.how) {
    case 'nothing':
      return { form: 'nothing' };
    case 'json':
      return { form: 'json', text: ending.text };
    case 'unfit':
      return { form: 'unfit', reason: ending.reason };
    case 'content':
      return { form: 'content', content: new ResultContent(ending.body, ending.type) };
    case 'stopped':
      throw context.signal.reason;
    case 'refused':
      throw new InvalidInputError(operation.kind, ending.issues);
    case 'failed': {
      const { how: _how, code, ...options } = ending;
      throw new OperationFailure(code, options);
    }
    case 'threw':
      throw ending.error;
  }
}

/** An error of the thread itself: what the work in it throws comes as its ending. */
function asOurs(error: unknown, { operation, context, givenUp }: Job<unknown>): unknown {
  // It was ended because it did not stop.
  if (givenUp.aborted) return context.signal.reason;
  return new OperationsError(
    'thread-lost',
    `The thread of "${operation.kind}" ${context.id} ended before the operation did`,
    { cause: error },
  );
}
