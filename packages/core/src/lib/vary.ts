/** What `Vary` says already, and what an answer adds to it, each name once. */
export function mergedVary(
  present: number | string | readonly string[] | null | undefined,
  added: string | readonly string[],
): string {
  const names = [present ?? [], added].flat().flatMap((field) => String(field).split(/\s*,\s*/));
  const distinct = new Map(names.filter((name) => name !== '').map((name) => [name.toLowerCase(), name]));
  return distinct.has('*') ? '*' : [...distinct.values()].join(', ');
}
