import { Handler, type HttpHandler } from '@verbena/core';
import { type Visit, Visits } from '../visits.js';

/** The visits as JSON: data that is returned is sent as such. */
@Handler('GET /visits.json')
export class VisitsAsJson implements HttpHandler {
  constructor(private readonly visits: Visits) {}

  processRequest(): { readonly since: Date; readonly visits: readonly Visit[] } {
    return { since: this.visits.since, visits: this.visits.ranking };
  }
}
