import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { send } from '@fastify/send';
import type { HttpContext } from './lib/context.js';
import { HttpException } from './lib/http-exception.js';

/** How a file is sent. */
export interface TransmitOptions {
  /** Folder the file must lie in, also after symbolic links have been followed. */
  readonly root: string;
  /**
   * How long clients may keep the file without asking, in milliseconds. Default 0: they ask each time. A
   * `Cache-Control` that the handler has set itself stands.
   */
  readonly maxAgeMs?: number;
  /** Clients need not ask while `maxAgeMs` lasts, even when reloading (RFC 8246). Default false. */
  readonly immutable?: boolean;
  /** Also send files below names that begin with a dot. Default false: they are 404. */
  readonly dotfiles?: boolean;
  /** Name under which the client is to save the file, instead of showing it (RFC 6266). */
  readonly downloadAs?: string;
}

/**
 * Sends a file: its type by its name, with `ETag` and `Last-Modified`, answering conditional requests (RFC 9110, 13) and
 * a byte range (RFC 9110, 14). The file is streamed, not held in memory. Return what it gives:
 * `return transmitFile(context, request.params['file'] ?? '', { root: 'public' })`.
 *
 * @param file path below the root, as plain text: decoded, not percent-encoded
 * @returns the file's bytes, or nothing when the answer has none
 * @throws HttpException 404 when there is no such file below the root, a folder, or a path that leads out of it; 412 and
 * 416 as the request's conditions demand
 * @throws VerbenaError `response-flushed` once the headers have been sent
 */
export async function transmitFile(
  context: HttpContext,
  file: string,
  options: TransmitOptions,
): Promise<Readable | undefined> {
  const { request, response } = context;
  const root = await realpath(options.root);
  const inside = await locate(root, file);
  if (inside === undefined || (options.dotfiles !== true && inside.isHidden)) throw new HttpException(404);
  // RFC 9110, 13.1.1: compared strongly, and these tags are weak; the library lets them pass.
  if (!['*', undefined].includes(request.headers.get('if-match')?.trim())) throw new HttpException(412);
  // It reads nothing of the request but its method and headers.
  const conditions = { method: request.verb, headers: conditionsOf(request, inside.size) } as unknown as Readable;
  const sent = await send(conditions, inside.path.split(sep).map(encodeURIComponent).join('/'), {
    root,
    index: false,
    dotfiles: options.dotfiles === true ? 'allow' : 'ignore',
    maxAge: options.maxAgeMs ?? 0,
    immutable: options.immutable ?? false,
    // Left out, the library passes on a null, which some runtimes refuse.
    highWaterMark: 65_536,
  });
  if (sent.type !== 'file' || sent.statusCode >= 400) {
    sent.stream.destroy();
    const range = sent.headers['Content-Range'];
    throw new HttpException(
      sent.type === 'directory' ? 404 : sent.statusCode,
      undefined,
      range === undefined ? {} : { headers: { 'content-range': range } },
    );
  }
  try {
    // A handler may send a whole file under a status of its own, such as a page for 404.
    if (sent.statusCode !== 200) response.status = sent.statusCode;
    for (const [name, value] of Object.entries(sent.headers)) {
      const isChosen = CHOSEN_BY_HANDLERS.has(name.toLowerCase()) && response.headers.has(name);
      if (!isChosen) response.headers.set(name, value);
    }
    if (options.downloadAs !== undefined) response.headers.set('content-disposition', attachment(options.downloadAs));
  } catch (error) {
    // The head may have been sent; nobody will read the file then.
    sent.stream.destroy();
    throw error;
  }
  if (sent.statusCode === 304) {
    sent.stream.destroy();
    return undefined;
  }
  return sent.stream;
}

/** What the handler has set of these stands. */
const CHOSEN_BY_HANDLERS: ReadonlySet<string> = new Set(['content-type', 'cache-control']);

/** The request's headers, with the range only where it counts. */
function conditionsOf(request: HttpContext['request'], size: number): Record<string, string> {
  const { range, ...headers } = Object.fromEntries(request.headers);
  // RFC 9110, 14.2: ranges are defined for GET alone.
  if (range === undefined || request.verb !== 'GET') return headers;
  // RFC 9110, 13.1.5: a range is asked for by a strong tag, and these tags are weak; the library compares them as equal.
  if (headers['if-range']?.includes('"') === true) return headers;
  const [, suffix] = /^bytes=-(\d+)$/.exec(range) ?? [];
  // RFC 9110, 14.1.2: more than there is means all there is, which the library takes for unsatisfiable.
  return { ...headers, range: Number(suffix ?? 0) > size && size > 0 ? 'bytes=0-' : range };
}

/** A file below a root. */
interface Located {
  /** From the root, as it was asked for. */
  readonly path: string;
  readonly size: number;
  /** Whether it lies below a name that begins with a dot, once links are followed. */
  readonly isHidden: boolean;
}

/** A file below the root, or nothing when there is none or, once links are followed, it is not below it. */
async function locate(root: string, file: string): Promise<Located | undefined> {
  if (file.includes('\0') || isAbsolute(file)) return undefined;
  const asked = resolve(root, file);
  if (!isBelow(root, asked)) return undefined;
  try {
    const found = await realpath(asked);
    if (!isBelow(root, found)) return undefined;
    const entry = await stat(found);
    // Opening a pipe or a device could wait for ever.
    if (!entry.isFile()) return undefined;
    const isHidden = relative(root, found)
      .split(sep)
      .some((name) => name.startsWith('.'));
    return { path: relative(root, asked), size: entry.size, isHidden };
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function isAbsence(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP' || code === 'EACCES';
}

/** `Content-Disposition` with the name in ASCII for old clients and in full for others (RFC 6266, 4.3; RFC 8187). */
function attachment(name: string): string {
  // Some clients decode a percent sign even here.
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  // Half a surrogate pair has no UTF-8.
  const full = encodeURIComponent(name.replace(/[\ud800-\udfff]/gu, '\ufffd')).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return plain === name
    ? `attachment; filename="${plain}"`
    : `attachment; filename="${plain}"; filename*=UTF-8''${full}`;
}
