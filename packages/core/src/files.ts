import { once } from 'node:events';
import { ReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { send } from '@fastify/send';
import type { HttpContext } from './lib/context.js';
import { conditionsOf, type FileState, isRetrieval } from './lib/files/conditions.js';
import { HttpException } from './lib/http-exception.js';

/** How a file is sent. */
export interface TransmitOptions {
  /** Folder the file must lie in, also after symbolic links have been followed. */
  readonly root: string;
  /**
   * How long clients may keep the file without asking, in milliseconds, at most a year. Default 0: they ask each time. A
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
 * a byte range (RFC 9110, 14), unless the handler has set a status other than 200. The file is streamed, not held in memory.
 * Return what it gives: `return transmitFile(context, request.params['file'] ?? '', { root: 'public' })`.
 *
 * Shared caches are told to keep it for its one client where the request has `Authorization`, the handler declares a session,
 * or the answer sets a cookie.
 *
 * @param file path below the root, as plain text: decoded, not percent-encoded
 * @returns the file's bytes, or nothing when the answer has none
 * @throws HttpException 404 when there is no such file below the root, a folder, a file that may not be read, or a path that
 * leads out of it; 412 and 416 as the request's conditions demand
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
  // It reads nothing of the request but its method and headers.
  const conditions = { method: request.verb, headers: conditionsOf(context, inside) } as unknown as Readable;
  const sent = await send(conditions, inside.path.split(sep).map(encodeURIComponent).join('/'), {
    root,
    index: false,
    dotfiles: options.dotfiles === true ? 'allow' : 'ignore',
    cacheControl: false,
    // Left out, the library passes on a null, which some runtimes refuse.
    highWaterMark: 65_536,
  });
  const status = sent.statusCode === 304 && !isRetrieval(request.verb) ? 412 : sent.statusCode;
  if (sent.type !== 'file' || status >= 400) {
    sent.stream.destroy();
    const range = sent.headers['Content-Range'];
    throw new HttpException(
      sent.type === 'directory' ? 404 : status,
      undefined,
      range === undefined ? {} : { headers: { 'content-range': range } },
    );
  }
  if (sent.stream instanceof ReadStream) await opened(sent.stream);
  try {
    if (status !== 200) response.status = status;
    const fields = { 'cache-control': cacheControlOf(context, options), ...sent.headers };
    for (const [name, value] of Object.entries(fields)) {
      const isChosen = CHOSEN_BY_HANDLERS.has(name.toLowerCase()) && response.headers.has(name);
      if (!isChosen) response.headers.set(name, value);
    }
    if (options.downloadAs !== undefined) response.headers.set('content-disposition', attachment(options.downloadAs));
  } catch (error) {
    // The head may have been sent; nobody will read the file then.
    sent.stream.destroy();
    throw error;
  }
  if (status === 304) {
    sent.stream.destroy();
    return undefined;
  }
  return sent.stream;
}

/** What the handler has set of these stands. */
const CHOSEN_BY_HANDLERS: ReadonlySet<string> = new Set(['content-type', 'cache-control']);

/** Waits until a file is open: it may be gone by now, or not to be read, and the answer is to tell. */
async function opened(file: ReadStream): Promise<void> {
  // Whoever reads it will hear of a failure; until somebody does, it would bring the process down.
  file.on('error', () => {});
  try {
    // Some runtimes have opened it by now, and told so.
    if (file.pending) await once(file, 'open');
  } catch (error) {
    throw isAbsence(error) ? new HttpException(404) : error;
  }
}

/** Who may keep the file, and for how long: one client alone where another must not get what came with it (RFC 9111, 3.5, 7.3). */
function cacheControlOf({ hasSession, request, response }: HttpContext, options: TransmitOptions): string {
  const { maxAgeMs = 0, immutable = false } = options;
  const isPersonal = hasSession || request.headers.has('authorization') || response.headers.has('set-cookie');
  const seconds = maxAgeMs > 0 ? Math.floor(Math.min(maxAgeMs, YEAR_MS) / 1000) : 0;
  return `${isPersonal ? 'private' : 'public'}, max-age=${seconds}${immutable ? ', immutable' : ''}`;
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** A file below a root. */
interface Located extends FileState {
  /** From the root, as it was asked for. */
  readonly path: string;
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
    return { path: relative(root, asked), size: entry.size, modified: entry.mtime, isHidden };
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
