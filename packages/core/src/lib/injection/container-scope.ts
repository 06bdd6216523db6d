import { disposeAll } from './assembly.js';
import { takeFrom } from './container-internals.js';
import type { DependencyContainer } from './tsyringe.js';

/** Objects built in a container of their own. */
export class ContainerScope {
  constructor(readonly container: DependencyContainer) {}

  async dispose(): Promise<readonly unknown[]> {
    // tsyringe's own dispose() stops at the first object that throws.
    const errors = await disposeAll(takeFrom(this.container, 0));
    await this.container.dispose();
    return errors;
  }
}
