import { MaxPartsExceededError, parseMultipart } from '@remix-run/multipart-parser';
import { HttpException } from './http-exception.js';

/** Parses a form's bytes. Throws HttpException 400 for a malformed one, 413 for too many parts. */
export function parseForm(
  type: string,
  boundary: string | undefined,
  bytes: Uint8Array<ArrayBuffer> | Uint8Array,
): FormData {
  return type === 'multipart/form-data' ? parseParts(boundary, bytes) : parsePairs(bytes);
}

function parsePairs(bytes: Uint8Array): FormData {
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes))) form.append(name, value);
  return form;
}

function parseParts(boundary: string | undefined, bytes: Uint8Array): FormData {
  if (boundary === undefined || boundary === '')
    throw new HttpException(400, 'The multipart body has no boundary in its Content-Type');
  const form = new FormData();
  try {
    // The body's own limit has already bounded every part.
    for (const part of parseMultipart(bytes, {
      boundary,
      maxFileSize: bytes.byteLength,
      maxTotalSize: bytes.byteLength,
    })) {
      if (part.name === undefined) throw new HttpException(400, 'A part of the multipart body has no name');
      if (part.filename === undefined) form.append(part.name, part.text);
      else
        form.append(
          part.name,
          new File([part.bytes as Uint8Array<ArrayBuffer>], part.filename, {
            type: part.mediaType ?? 'application/octet-stream',
          }),
        );
    }
  } catch (cause) {
    if (cause instanceof HttpException) throw cause;
    if (cause instanceof MaxPartsExceededError)
      throw new HttpException(413, 'The multipart body has too many parts', { cause });
    throw new HttpException(400, 'The body is not valid multipart/form-data', { cause });
  }
  return form;
}
