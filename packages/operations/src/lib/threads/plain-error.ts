/** What was thrown, as an error that can be handed to another thread: what is of a class of its own arrives as a plain one. */
export function plainErrorOf(thrown: unknown): Error {
  try {
    if (!(thrown instanceof Error)) return new Error(`A handler threw what is no error: ${String(thrown)}`);
    const error = new Error(thrown.message);
    error.name = String(thrown.name);
    if (thrown.stack !== undefined) error.stack = String(thrown.stack);
    return error;
  } catch {
    // A Proxy can, and so can a text that something makes of itself.
    return new Error('A handler threw what throws when it is looked at');
  }
}
