import { createOperations, Operation, type OperationContext, type OperationPart } from '@verbena/operations';

async function copy(files: readonly string[], { report }: OperationPart) {
  for (const [index] of files.entries()) report({ done: index + 1, total: files.length, unit: 'files' });
}

// #region step
@Operation('back-up')
export class BackUp {
  async run({ photos, texts }: { photos: string[]; texts: string[] }, { step }: OperationContext) {
    const photosStep = step('Photos', 9);
    const textsStep = step('Texts', 1);
    await copy(photos, photosStep);
    photosStep.finish();
    await copy(texts, textsStep);
    textsStep.finish();
  }
}
// #endregion step

export function openOperations() {
  return createOperations({ operations: [BackUp] });
}
