import { createOperations, Operation, type OperationContext } from '@verbena/operations';

// #region thread
@Operation('count-primes', { runIn: 'thread', module: import.meta.url })
export class CountPrimes {
  run(below: number, { report, signal }: OperationContext) {
    let count = 0;
    for (let number = 2; number < below; number += 1) {
      if (isPrime(number)) count += 1;
      report(number / below);
      if (signal.aborted) return undefined;
    }
    return count;
  }
}
// #endregion thread

function isPrime(number: number) {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) return false;
  return true;
}

export function openOperations() {
  return createOperations({ operations: [CountPrimes] });
}
