interface NodeBuffer {
  byteLength(text: string): number;
}

// Node, Bun and Deno count without encoding; elsewhere the text has to be encoded to be counted.
const { Buffer } = globalThis as { Buffer?: NodeBuffer };

/** Length of a text in UTF-8, in bytes. */
export function byteLength(text: string): number {
  return Buffer === undefined ? new TextEncoder().encode(text).byteLength : Buffer.byteLength(text);
}
