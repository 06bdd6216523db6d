/** What a result that is no plain data consists of. */
export type ResultBody = string | Uint8Array | AsyncIterable<Uint8Array | string>;

/** A result with a media type of its own, such as a file. It is kept where `results` of `createOperations` says, however small it is. */
export class ResultContent {
  /** @param type media type: `text/csv` */
  constructor(
    readonly body: ResultBody,
    readonly type: string,
  ) {}
}
