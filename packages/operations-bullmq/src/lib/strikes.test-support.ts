import fc from 'fast-check';

/** What is killed. */
export type Victim = 'worker' | 'site' | 'watcher' | 'redis';

/** One kill. */
export interface Strike {
  readonly victim: Victim;
  /** Which of several. */
  readonly place: number;
  /** How long after the one before, in milliseconds. */
  readonly afterMs: number;
  /** How long until another one takes its place. */
  readonly downMs: number;
  /** Whether a worker is made to stand still at the same time, until another has taken what it works at. */
  readonly isHalting: boolean;
}

/** One operation that is started meanwhile. */
export interface Work {
  readonly kind: 'repeatable' | 'once';
  readonly steps: number;
  readonly pauseMs: number;
  /** How long after its start somebody cancels it; undefined where nobody does. */
  readonly cancelAfterMs: number | undefined;
}

/** Redis is killed less often than the others: while it comes back, nobody is taken for lost. */
const victims = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Victim>('worker') },
  { weight: 3, arbitrary: fc.constant<Victim>('site') },
  { weight: 3, arbitrary: fc.constant<Victim>('watcher') },
  { weight: 1, arbitrary: fc.constant<Victim>('redis') },
);

const between = (min: number, max: number): fc.Arbitrary<number> => fc.noBias(fc.integer({ min, max }));

const strikes = fc.record<Strike>({
  victim: victims,
  place: between(0, 1),
  afterMs: between(0, 800),
  downMs: between(0, 600),
  isHalting: between(0, 4).map((roll) => roll === 0),
});

const works = fc.record<Work>({
  kind: fc.constantFrom('repeatable', 'once'),
  steps: between(5, 80),
  pauseMs: between(10, 60),
  cancelAfterMs: between(0, 9_000).map((roll) => (roll < 1_500 ? roll : undefined)),
});

/** So many kills, and work for as long as they last: the same for the same seed. */
export function planOf(seed: number, kills: number): { readonly strikes: Strike[]; readonly works: Work[] } {
  return {
    strikes: fc.sample(strikes, { seed, numRuns: kills }),
    works: fc.sample(works, { seed, numRuns: 4 * kills }),
  };
}
