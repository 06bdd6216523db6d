/** Which requests go to whom. */
export interface MappingInfo {
  readonly name: string;
  readonly verb: string;
  readonly path: string | readonly string[];
  readonly kind: 'handler' | 'factory';
  /** The handler or factory, as it was listed. */
  readonly target: (new (...dependencies: never[]) => object) | ((...parameters: never[]) => unknown);
}
