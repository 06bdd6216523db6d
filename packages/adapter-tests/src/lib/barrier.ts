/** Something to wait for until somebody opens it. It stays open. */
export class Barrier<Value = void> {
  /** Gives the value when the barrier opens, or gave it. */
  readonly opened: Promise<Value>;
  /** Lets everybody pass. Only the first call counts. */
  readonly open!: (value: Value) => void;

  constructor() {
    this.opened = new Promise((resolve) => {
      (this as { open: (value: Value) => void }).open = resolve;
    });
  }
}
