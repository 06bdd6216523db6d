import type { Filter } from './filter.js';
import type { HandlerSettings, HandlerSource } from './lease.js';
import type { MappingInfo } from './mapping.js';

/** Everything about a mapping that its requests need. */
export interface Route {
  readonly info: MappingInfo;
  readonly source: HandlerSource;
  /** What the mapping itself declares; its handler's own settings may add to it. */
  readonly settings: HandlerSettings;
  /** Filters of the application and of the mapping, outermost first. */
  readonly use: readonly Filter[];
}
