import { createOperations, defineOperation, type OperationContext } from '@verbena/operations';
import { z } from 'zod';

class Thumbnails {
  async make(file: string) {
    return `${file}.thumbnail`;
  }
}

// #region define
class ThumbnailMaker {
  static readonly inject = [Thumbnails] as const;

  constructor(readonly thumbnails: Thumbnails) {}

  run(file: string) {
    return this.thumbnails.make(file);
  }
}

export const MakeThumbnail = defineOperation('make-thumbnail', { input: z.string() }, ThumbnailMaker);

export const countTo = defineOperation('count-to', {}, async (last: number, { report }: OperationContext) => {
  for (let number = 1; number <= last; number += 1) report({ done: number, total: last });
});
// #endregion define

export function openOperations() {
  return createOperations({ operations: [MakeThumbnail, countTo] });
}
