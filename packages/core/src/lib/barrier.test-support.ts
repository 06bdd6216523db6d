/** Something a test's code waits at until the test lets it go on, or has it fail. */
export class Barrier<Value = void> {
  /** Settles when the barrier is opened or made to fail; only the first of these counts. */
  readonly passed: Promise<Value>;
  readonly open: (value: Value) => void;
  readonly fail: (error: unknown) => void;

  constructor() {
    let open!: (value: Value) => void;
    let fail!: (error: unknown) => void;
    this.passed = new Promise((resolve, reject) => {
      open = resolve;
      fail = reject;
    });
    this.open = open;
    this.fail = fail;
  }
}
