/** Something a handler waits at, and a sign that it has come there. */
export class Gate {
  open!: () => void;
  reach!: () => void;
  readonly passed: Promise<void> = new Promise<void>((resolve) => (this.open = resolve));
  readonly reached: Promise<void> = new Promise<void>((resolve) => (this.reach = resolve));
}
