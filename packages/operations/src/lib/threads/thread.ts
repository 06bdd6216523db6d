import { Injector } from '@verbena/core/injection';
import { catalogueOf, type CataloguedOperation, isOperationClass } from '../catalogue.js';
import { InvalidInputError } from '../errors.js';
import { LocalExecution } from '../execution.js';
import { OperationFailure } from '../failure.js';
import { bytesOf } from '../results/body.js';
import type { ResultPayload } from '../results/payload.js';
import { isStopping } from '../stop.js';
import { loadOperation } from './load-operation.js';
import { plainErrorOf } from './plain-error.js';
import { ThreadContext } from './thread-context.js';
import type { ThreadEnding, ThreadTask } from './thread-task.js';

/** Made for the first attempt in this thread, once its module has registered what it needs. */
let execution: LocalExecution | undefined;
const loaded = new Map<string, CataloguedOperation>();

/** Runs one attempt; what piscina calls in each thread. */
export default async function run(task: ThreadTask): Promise<ThreadEnding> {
  const thread = new ThreadContext(task);
  try {
    const operation = await load(task);
    execution ??= new LocalExecution(new Injector());
    const { context } = thread;
    const report = (error: unknown): void => thread.fail(error);
    return await execution.run({ operation, input: task.input, context, keep: endingOf, report });
  } catch (error) {
    return endingOfError(error, thread.context.signal);
  } finally {
    thread.close();
  }
}

async function load({ module, kind }: ThreadTask): Promise<CataloguedOperation> {
  const key = `${kind} ${module}`;
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const source = await loadOperation(module, kind);
  const injector = new Injector();
  const { catalogue, faults } = catalogueOf([source]);
  const operation = catalogue.get(kind);
  const all: readonly Error[] = isOperationClass(source) ? [...faults, ...injector.check(source)] : faults;
  if (all.length > 0 || operation === undefined)
    throw new AggregateError(all, all.map(({ message }) => message).join('; '));
  loaded.set(key, operation);
  return operation;
}

async function endingOf(payload: ResultPayload): Promise<ThreadEnding> {
  if (payload.form === 'json') return { how: 'json', text: payload.text };
  if (payload.form === 'unfit') return { how: 'unfit', reason: payload.reason };
  if (payload.form === 'nothing') return { how: 'nothing' };
  const { body, type } = payload.content;
  if (typeof body === 'string' || body instanceof Uint8Array) return { how: 'content', body, type };
  // What is read bit by bit cannot leave the thread.
  const pieces: Uint8Array[] = [];
  for await (const piece of bytesOf(body)) pieces.push(piece);
  return { how: 'content', body: Buffer.concat(pieces), type };
}

function endingOfError(thrown: unknown, signal: AbortSignal): ThreadEnding {
  try {
    if (isStopping(thrown, signal)) return { how: 'stopped' };
    if (thrown instanceof InvalidInputError) return { how: 'refused', issues: thrown.issues };
    if (thrown instanceof OperationFailure) return failed(thrown);
  } catch {
    // What throws when it is looked at is none of these.
  }
  return { how: 'threw', error: plainErrorOf(thrown) };
}

function failed({ code, detail, type, title, isRetryable, cause }: OperationFailure): ThreadEnding {
  return {
    how: 'failed',
    code,
    type,
    title,
    isRetryable,
    ...(detail === undefined ? {} : { detail }),
    ...(cause === undefined ? {} : { cause: plainErrorOf(cause) }),
  };
}
