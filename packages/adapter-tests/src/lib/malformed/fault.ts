import type { SeededRandom } from '../random.js';

/** Several texts, of which one is taken. */
export type Texts = readonly [string, ...string[]];

/** A way to spoil something. */
export interface Fault<Target> {
  readonly name: string;
  commit(target: Target, random: SeededRandom): void;
}
