/** What was thrown, as an error: hosts and Node's streams take nothing else. */
export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error(`${String(thrown)} was thrown, which is no error`, { cause: thrown });
}
