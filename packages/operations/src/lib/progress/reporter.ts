import type { OperationPart } from '../handler.js';
import type { OperationProgress } from '../record.js';
import { frameOf } from './frame.js';
import { lineOf } from './line.js';
import { ProgressNode, type NodeWatcher } from './progress-node.js';
import type { Report } from './report.js';

const DEPTH_LIMIT = 3;
const STEP_LIMIT = 32;
const NAME_LIMIT = 64;

/** What becomes of what a reporter is told. */
export interface ReporterOwner {
  /** There is news to be sent, sooner or later. */
  touched(): void;
  /** Something was reported that makes no sense; told of once for each attempt. */
  warn(message: string): void;
}

/** Takes the reports of one attempt. */
export class Reporter implements NodeWatcher {
  readonly #owner: ReporterOwner;
  readonly #root: ProgressNode;
  #hasWarned = false;
  #isClosed = false;

  constructor(owner: ReporterOwner) {
    this.#owner = owner;
    this.#root = new ProgressNode(this);
  }

  get report(): Report {
    return this.#root.report;
  }

  readonly step = (name: string, weight?: number): OperationPart => this.#step(this.#root, 1, name, weight);

  /** As watchers are to see it now. */
  get progress(): OperationProgress {
    return frameOf(this.#root);
  }

  /** How often progress would have gone back. */
  get ignored(): number {
    return this.#root.ignored;
  }

  touched(): void {
    if (!this.#isClosed) this.#owner.touched();
  }

  warn(message: string): void {
    if (this.#hasWarned || this.#isClosed) return;
    this.#hasWarned = true;
    this.#owner.warn(message);
  }

  /** Nothing that is reported from now on counts. */
  close(): void {
    this.#isClosed = true;
  }

  #step(parent: ProgressNode, depth: number, name: unknown, weight: unknown = 1): OperationPart {
    const isWeight = typeof weight === 'number' && weight > 0 && Number.isFinite(weight);
    if (!isWeight) this.warn('step() was given a weight that is no number above 0; it counts as 1');
    const node = new ProgressNode(
      this,
      lineOf(typeof name === 'string' ? name : 'step', NAME_LIMIT),
      isWeight ? weight : 1,
    );
    const isShown = depth <= DEPTH_LIMIT && countBelow(this.#root) < STEP_LIMIT;
    if (isShown) {
      parent.children.push(node);
      this.touched();
    } else {
      this.warn(
        `step() was called for more than ${STEP_LIMIT} parts, or more than ${DEPTH_LIMIT} deep; those are not shown`,
      );
    }
    return {
      report: node.report,
      finish: node.finish,
      step: (below, share) => this.#step(node, isShown ? depth + 1 : DEPTH_LIMIT + 1, below, share),
    };
  }
}

function countBelow(node: ProgressNode): number {
  return node.children.reduce((sum, child) => sum + 1 + countBelow(child), 0);
}
