import { join } from 'node:path';
import type { DependencyContainer } from '@verbena/core';
import { fileResults, type ResultStore } from '@verbena/operations';
import { container as globalContainer } from 'tsyringe';
import { ImportCustomers } from './import-customers.js';
import { MakeSample } from './make-sample.js';
import { Shelf } from './shelf.js';

/** What a process needs to run the operations of the site, whether it answers requests or not. */
export interface Work {
  readonly operations: readonly [typeof ImportCustomers, typeof MakeSample];
  readonly container: DependencyContainer;
  readonly results: ResultStore;
}

/** @param folder files, customers and reports lie here; all processes share it */
export function createWork(folder: string): Work {
  const container = globalContainer.createChildContainer();
  container.registerInstance(Shelf, new Shelf(folder));
  return {
    operations: [ImportCustomers, MakeSample],
    container,
    results: fileResults({ folder: join(folder, 'results') }),
  };
}
