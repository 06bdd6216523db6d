import type { Glob } from './glob.js';
import type { PathAlternative } from './path-parser.js';
import { Template } from './template.js';
import type { Wildcard } from './wildcard.js';

/**
 * Orders two path patterns by how closely they describe a path that both fit: negative when `one` is the closer, zero when
 * neither is.
 *
 * A template is closer than a wildcard pattern. Of two templates the first segment at which they differ decides: literal,
 * then mixed (more literal text first), then any, then `**`. Of two wildcard patterns the one with more segments is closer,
 * then the one whose first differing segment is literal rather than mixed rather than any, then the one with more literal
 * text.
 */
export function comparePaths(one: PathAlternative, other: PathAlternative): number {
  if (one instanceof Template) return other instanceof Template ? compareTemplates(one, other) : -1;
  return other instanceof Template ? 1 : compareWildcards(one, other);
}

function compareTemplates(one: Template, other: Template): number {
  const shared = Math.min(one.segments.length, other.segments.length);
  for (let index = 0; index < shared; index++) {
    const glob = one.segments[index] as Glob;
    const counterpart = other.segments[index] as Glob;
    if (glob === counterpart) continue;
    const order =
      compareKinds(glob, counterpart) || (glob.kind === 'mixed' ? compareLiteralText([glob], [counterpart]) : 0);
    if (order !== 0) return order;
  }
  if (one.segments.length > shared) return other.open ? -1 : 1;
  if (other.segments.length > shared) return one.open ? 1 : -1;
  return Number(one.open) - Number(other.open);
}

function compareWildcards(one: Wildcard, other: Wildcard): number {
  const byLength = other.segments.length - one.segments.length;
  if (byLength !== 0) return byLength;
  for (const [index, glob] of one.segments.entries()) {
    const order = compareKinds(glob, other.segments[index] as Glob);
    if (order !== 0) return order;
  }
  return compareLiteralText(one.segments, other.segments);
}

const KIND_ORDER = { literal: 0, mixed: 1, any: 2 } as const;

function compareKinds(one: Glob, other: Glob): number {
  return KIND_ORDER[one.kind] - KIND_ORDER[other.kind];
}

function compareLiteralText(one: readonly Glob[], other: readonly Glob[]): number {
  const lengthOf = (globs: readonly Glob[]): number => globs.reduce((length, glob) => length + glob.literalLength, 0);
  return lengthOf(other) - lengthOf(one);
}
