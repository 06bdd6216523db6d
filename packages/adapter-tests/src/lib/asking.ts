/** How a request is to be sent. */
export interface AskOptions {
  /** Whether the body is to be sent as it comes, so that its length is not named. */
  readonly streams: boolean;
  /** The certificate to be trusted, over TLS. */
  readonly ca: string | undefined;
}

/** Verbs whose requests name the length of their body also when there is none (RFC 9110, 8.6). */
const WITH_LENGTH = ['POST', 'PUT', 'PATCH'];

/** What is sent of a request beside its verb and target; no bytes where the body is sent as it comes. */
export async function partsOf(
  request: Request,
  streams: boolean,
): Promise<{ headers: Record<string, string>; bytes: Buffer | undefined }> {
  // First the fields: Bun forgets the type of a body that was read.
  const headers: Record<string, string> = Object.fromEntries(request.headers);
  const bytes = streams ? undefined : Buffer.from(await request.arrayBuffer());
  if (bytes !== undefined && (bytes.byteLength > 0 || WITH_LENGTH.includes(request.method))) {
    headers['content-length'] = String(bytes.byteLength);
  }
  return { headers, bytes };
}

/** Whether an answer has a body (RFC 9110, 6.4.1). */
export function hasContent(method: string, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 205 && status !== 304;
}
