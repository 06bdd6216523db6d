import type { StandardSchemaV1 } from '@standard-schema/spec';
import { isClass, nameOf } from '@verbena/core/injection';
import { type OperationDeclaration, operationsOf } from './declaration.js';
import { OperationsError } from './errors.js';
import type { OperationClass, OperationFunction, OperationSource } from './handler.js';

/** A declared operation with every default filled in. */
export interface CataloguedOperation {
  readonly kind: string;
  readonly source: OperationSource;
  readonly input: StandardSchemaV1 | undefined;
  readonly repeatable: boolean;
  readonly cancellable: boolean;
  readonly timeoutMs: number | undefined;
  readonly cancelGraceMs: number;
  readonly concurrency: number;
  readonly perOwnerLimit: number | undefined;
  readonly retentionMs: number;
  readonly attempts: number;
  readonly backoffMs: number;
  readonly runIn: 'process' | 'thread';
  readonly module: string | undefined;
}

/** A fault in what was listed, with the place it was declared at. */
export class OperationFault extends OperationsError {
  override readonly name: string = 'OperationFault';
  readonly declaredAt: string | undefined;

  constructor(
    code: OperationsError['code'],
    readonly subject: string,
    message: string,
    declaration?: OperationDeclaration,
  ) {
    super(code, message);
    const frame = declaration?.place.stack?.split('\n').find((line) => /^\s+at /.test(line));
    this.declaredAt = frame?.trim().replace(/^at /, '');
  }
}

/** 100 years; dates and stores count no further than some thousands. */
const LONGEST_RETENTION_MS = 100 * 365.25 * 86_400_000;

const KIND = /^[\w][\w.-]{0,99}$/;

/** The listed operations by kind, and every fault found in how they were declared. */
export function catalogueOf(sources: Iterable<OperationSource>): {
  readonly catalogue: ReadonlyMap<string, CataloguedOperation>;
  readonly faults: readonly OperationFault[];
} {
  const catalogue = new Map<string, CataloguedOperation>();
  const faults: OperationFault[] = [];
  for (const source of new Set(sources)) {
    const [declaration, second] = typeof source === 'function' ? operationsOf(source) : [];
    if (declaration === undefined) {
      faults.push(
        new OperationFault(
          'not-declared',
          nameOf(source),
          'is listed among the operations and carries no declaration; put @Operation on the class, or list what defineOperation gave back',
        ),
      );
      continue;
    }
    const other = catalogue.get(declaration.kind);
    const fault = (code: OperationsError['code'], message: string): void => {
      faults.push(new OperationFault(code, subjectOf(source, declaration), message, declaration));
    };
    if (other !== undefined)
      fault(
        'duplicate-kind',
        `has the kind "${declaration.kind}", as ${nameOf(other.source)} has; stored operations are found by it, so give each its own`,
      );
    if (second !== undefined)
      fault(
        'bad-declaration',
        `is declared as "${declaration.kind}" and as "${second.kind}"; give each kind a class or function of its own`,
      );
    for (const problem of problemsOf(source, declaration)) fault('bad-declaration', problem);
    catalogue.set(declaration.kind, operationFrom(source, declaration));
  }
  return { catalogue, faults };
}

export function isOperationClass(source: OperationSource): source is OperationClass {
  return isClass(source);
}

export function isOperationFunction(source: OperationSource): source is OperationFunction {
  return !isClass(source);
}

/** Functions often have no name, and a kind is one too. */
function subjectOf(source: OperationSource, { kind }: OperationDeclaration): string {
  return source.name === '' ? `"${kind}"` : nameOf(source);
}

function operationFrom(source: OperationSource, { kind, options }: OperationDeclaration): CataloguedOperation {
  return {
    kind,
    source,
    input: options.input,
    repeatable: options.repeatable ?? false,
    cancellable: options.cancellable ?? true,
    timeoutMs: options.timeoutMs,
    cancelGraceMs: options.cancelGraceMs ?? 30_000,
    concurrency: options.concurrency ?? 1,
    perOwnerLimit: options.perOwnerLimit,
    // Stores count whole milliseconds.
    retentionMs: Math.ceil(options.retentionMs ?? 86_400_000),
    attempts: options.attempts ?? 1,
    backoffMs: options.backoffMs ?? 1_000,
    runIn: options.runIn ?? 'process',
    module: options.module === undefined ? undefined : String(options.module),
  };
}

function problemsOf(source: OperationSource, { kind, options }: OperationDeclaration): readonly string[] {
  const problems: string[] = [];
  if (typeof kind !== 'string' || !KIND.test(kind))
    problems.push(
      `has the kind ${JSON.stringify(kind)}; a kind has 1 to 100 letters, digits, dots, - and _, and begins with no dot and no -`,
    );
  if (isOperationClass(source) && typeof (source.prototype as { run?: unknown } | null)?.run !== 'function')
    problems.push('has no member `run`; it does the work');
  for (const name of ['timeoutMs', 'cancelGraceMs', 'retentionMs', 'backoffMs'] as const)
    if (!isOptional(options[name], (value) => value >= 0))
      problems.push(`declares ${name}: ${String(options[name])}; give milliseconds, 0 or more`);
  if (typeof options.retentionMs === 'number' && options.retentionMs > LONGEST_RETENTION_MS)
    problems.push(
      `declares retentionMs: ${options.retentionMs}; what is never forgotten fills the store, so give milliseconds, of 100 years at most`,
    );
  for (const name of ['concurrency', 'perOwnerLimit', 'attempts'] as const)
    if (!isOptional(options[name], (value) => Number.isInteger(value) && value >= 1))
      problems.push(`declares ${name}: ${String(options[name])}; give a whole number, 1 or more`);
  if ((options.attempts ?? 1) > 1 && options.repeatable !== true)
    problems.push(
      `declares attempts: ${options.attempts} and is not repeatable; add \`repeatable: true\` if its work can be done again`,
    );
  if (options.input !== undefined && typeof options.input['~standard']?.validate !== 'function')
    problems.push('declares an input that is no Standard Schema (standardschema.dev)');
  if (options.runIn === 'thread' && options.module === undefined)
    problems.push(
      'runs in a thread and does not say where from; add `module: import.meta.url`, and export it from there',
    );
  return problems;
}

function isOptional(value: number | undefined, isFine: (value: number) => boolean): boolean {
  return value === undefined || (typeof value === 'number' && !Number.isNaN(value) && isFine(value));
}
