import { errorOf } from '@verbena/core/adapter';

/** Waits for work that ends with a Node callback, and gives what that is given, or rejects with its error. */
export function calledBack<Value = void>(
  begin: (callback: (error?: unknown, value?: Value) => void) => void,
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    begin((error, value) => {
      if (error === undefined || error === null) resolve(value);
      else reject(errorOf(error));
    });
  });
}

/** Does work and ends it with a Node callback. */
export async function callBack<Value>(
  work: () => Promise<Value | undefined>,
  callback: (error?: unknown, value?: Value) => void,
): Promise<void> {
  let value: Value | undefined;
  try {
    value = await work();
  } catch (error) {
    callback(error);
    return;
  }
  callback(undefined, value);
}
