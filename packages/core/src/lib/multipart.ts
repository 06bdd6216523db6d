import { MaxPartsExceededError, parseMultipart } from '@remix-run/multipart-parser';
import { HttpException } from './http-exception.js';

/**
 * Parses the bytes of a multipart form.
 *
 * @throws HttpException 400 for a malformed one, 413 for too many parts
 */
export function parseParts(boundary: string | undefined, bytes: Uint8Array): FormData {
  if (boundary === undefined || boundary === '')
    throw new HttpException(400, 'The multipart body has no boundary in its Content-Type');
  const form = new FormData();
  try {
    // An array of chunks, as the parser takes empty bytes for a form without parts. The body's own limit has already
    // bounded every part.
    for (const part of parseMultipart([bytes], {
      boundary,
      maxFileSize: bytes.byteLength,
      maxTotalSize: bytes.byteLength,
    })) {
      const { name, filename } = dispositionOf(part.headers['content-disposition'] ?? '');
      if (name === undefined) throw new HttpException(400, 'A part of the multipart body has no name');
      if (filename === undefined) form.append(name, part.text);
      else {
        const type = part.headers['content-type'] ?? 'application/octet-stream';
        form.append(name, new File([part.bytes as Uint8Array<ArrayBuffer>], filename, { type }));
      }
    }
  } catch (cause) {
    if (cause instanceof HttpException) throw cause;
    if (cause instanceof MaxPartsExceededError)
      throw new HttpException(413, 'The multipart body has too many parts', { cause });
    throw new HttpException(400, 'The body is not valid multipart/form-data', { cause });
  }
  return form;
}

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"([^"]*)"|([^\s;]*))/g;

/**
 * The names a part gives, as browsers write them (WHATWG HTML, multipart form data): in quotes a backslash stands for
 * itself, while `"` and line breaks come as escapes. A `filename*` has no place here (RFC 7578, 4.2).
 */
function dispositionOf(header: string): { name?: string; filename?: string } {
  // The parser cuts a header short at U+2028 and U+2029; half a name is no name.
  if (header.split('"').length % 2 === 0)
    throw new HttpException(400, 'A part of the multipart body has a malformed name');
  const found: { name?: string; filename?: string } = {};
  for (const [, key = '', quoted, plain = ''] of header.matchAll(PARAMETER)) {
    const parameter = key.toLowerCase();
    if (parameter === 'name' || parameter === 'filename') found[parameter] ??= unescapeName(quoted ?? plain);
  }
  return found;
}

function unescapeName(text: string): string {
  return text.replace(/%(0A|0D|22)/gi, (_escape, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
