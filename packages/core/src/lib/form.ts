/** Parses a form's bytes. Rejects with HttpException 400 for a malformed one, 413 for too many parts. */
export async function parseForm(
  type: string,
  boundary: string | undefined,
  bytes: Uint8Array<ArrayBuffer> | Uint8Array,
): Promise<FormData> {
  if (type !== 'multipart/form-data') return parsePairs(bytes);
  // Few applications take files, so only they load what reads them (`npm run bench`, start).
  const { parseParts } = await import('./multipart.js');
  return parseParts(boundary, bytes);
}

function parsePairs(bytes: Uint8Array): FormData {
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) form.append(name, value);
  return form;
}
