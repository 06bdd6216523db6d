/** What a result that is no plain data consists of. What comes piece by piece is read before the attempt ends, and closed when that is given up. */
export type ResultBody = string | Uint8Array | AsyncIterable<Uint8Array | string>;

/** A media type with its parameters (RFC 9110, 8.3.1), as it can stand in a header. */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:[\t ]*;[\t -~]*)?$/;

/** A result with a media type of its own, such as a file. It is kept where `results` of `createOperations` says, however small it is. */
export class ResultContent {
  /**
   * @param type media type: `text/csv`
   * @throws TypeError when it is none, or the body is nothing that can be read
   */
  constructor(
    readonly body: ResultBody,
    readonly type: string,
  ) {
    // Here the handler that is wrong is on the stack; later only those would notice who ask for the result.
    if (typeof type !== 'string' || !MEDIA_TYPE.test(type))
      throw new TypeError(`A result has the type ${JSON.stringify(type)}; give a media type such as text/csv`);
    if (!isBody(body))
      throw new TypeError('The body of a result is neither text, nor bytes, nor pieces of these that come by and by');
  }
}

function isBody(body: unknown): boolean {
  if (typeof body === 'string' || body instanceof Uint8Array) return true;
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}
