import { createOperations, inProcess, Operation } from '@verbena/operations';

@Operation('tidy', { repeatable: true })
export class Tidy {
  run() {
    return 'tidy';
  }
}

// #region journal
export function openOperations(journal: string, ownerSecret: string) {
  return createOperations({ operations: [Tidy], driver: inProcess({ journal }), ownerSecret });
}
// #endregion journal
