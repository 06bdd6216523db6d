import { createOperations, Operation, type OperationContext } from '@verbena/operations';

export const sent: number[] = [];

// #region repeatable
@Operation('send-letters', { repeatable: true, attempts: 3, backoffMs: 10 })
export class SendLetters {
  async run(letters: number, { lastCheckpoint, checkpoint, report, signal }: OperationContext) {
    for (let letter = (lastCheckpoint as number | undefined) ?? 0; letter < letters; letter += 1) {
      signal.throwIfAborted();
      await send(letter);
      await checkpoint(letter + 1);
      report({ done: letter + 1, total: letters });
    }
  }
}
// #endregion repeatable

async function send(letter: number) {
  if (letter === 2 && sent.length === 2) {
    sent.push(-1);
    throw new Error('The post is closed');
  }
  sent.push(letter);
}

export function openOperations() {
  return createOperations({ operations: [SendLetters], onError: () => {} });
}
