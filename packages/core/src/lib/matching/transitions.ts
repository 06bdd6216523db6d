/** What {@link Transitions} give for a step that is not kept. */
const NOT_KEPT = 0;

/**
 * Where a number leads to from another: three numbers side by side for each step, so that the processor fetches them at once
 * (`npm run bench -- --parts matching`).
 */
export class Transitions {
  /** From, by and to, at the place that the hash of the first two says or the next that was free. Half of it is empty. */
  #steps = new Int32Array(3 * 16);
  #count = 0;

  /** Where a step leads; 0 when it is not kept. */
  after(from: number, by: number): number {
    const steps = this.#steps;
    for (let step = this.#placeOf(from, by); ; step = step + 3 < steps.length ? step + 3 : 0) {
      const to = steps[step + 2] as number;
      if (to === NOT_KEPT || (steps[step] === from && steps[step + 1] === by)) return to;
    }
  }

  /** @param to not 0 */
  add(from: number, by: number, to: number): void {
    this.#count++;
    if (this.#count > this.#steps.length / 6) this.#grow();
    this.#put(from, by, to);
  }

  #put(from: number, by: number, to: number): void {
    let step = this.#placeOf(from, by);
    while (this.#steps[step + 2] !== NOT_KEPT) step = (step + 3) % this.#steps.length;
    this.#steps.set([from, by, to], step);
  }

  #grow(): void {
    const steps = this.#steps;
    this.#steps = new Int32Array(2 * steps.length);
    for (let step = 0; step < steps.length; step += 3) {
      const [from = 0, by = 0, to = NOT_KEPT] = steps.subarray(step, step + 3);
      if (to !== NOT_KEPT) this.#put(from, by, to);
    }
  }

  #placeOf(from: number, by: number): number {
    const hash = Math.imul(Math.imul(from, 0x9e37_79b1) ^ by, 0x85eb_ca6b);
    // A power of two of places, three numbers each.
    return 3 * ((hash ^ (hash >>> 15)) & (this.#steps.length / 3 - 1));
  }
}
