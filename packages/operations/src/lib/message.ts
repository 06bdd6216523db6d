/** What was thrown says of itself; undefined where it is no error, or throws when it is looked at. */
export function messageOf(thrown: unknown): string | undefined {
  try {
    return thrown instanceof Error ? String(thrown.message) : undefined;
  } catch {
    return undefined;
  }
}
