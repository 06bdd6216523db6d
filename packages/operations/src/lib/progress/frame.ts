import type { OperationProgress, OperationStep } from '../record.js';
import type { ProgressNode } from './progress-node.js';

/** Longest progress as JSON, in bytes. */
const FRAME_LIMIT = 4096;

/** What is short of the end: 1 is told only of what has succeeded. */
const ALMOST = 0.999;

/** The progress of the work as watchers get it. Of what is too long, the texts of its parts go first, and its parts at last. */
export function frameOf(root: ProgressNode): OperationProgress {
  const own = root.own;
  const value = own.value === null ? null : Math.min(own.value, ALMOST);
  const top: OperationProgress = { ...own, value };
  if (root.children.length === 0) return top;
  for (const shorten of [asItIs, withoutTexts, withoutCounts]) {
    const frame = { ...top, children: root.children.map((child) => stepOf(child, shorten)) };
    if (Buffer.byteLength(JSON.stringify(frame)) <= FRAME_LIMIT) return frame;
  }
  return top;
}

type Shorten = (progress: OperationProgress, name: string) => OperationProgress & { readonly name: string };

const asItIs: Shorten = (progress, name) => ({ name, ...progress });

const withoutTexts: Shorten = ({ message: _message, phase: _phase, ...rest }, name) => ({ name, ...rest });

const withoutCounts: Shorten = ({ value }, name) => ({ name: name.slice(0, 16), value });

function stepOf(node: ProgressNode, shorten: Shorten): OperationStep {
  const step = { ...shorten(node.own, node.name), weight: node.weight };
  return node.children.length === 0
    ? step
    : { ...step, children: node.children.map((child) => stepOf(child, shorten)) };
}
