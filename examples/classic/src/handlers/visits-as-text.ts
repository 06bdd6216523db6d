import { Handler, type HttpHandler } from '@verbena/core';
import { Visits } from '../visits.js';

/** The visits as text: what does not begin with a tag is sent as such. */
@Handler('GET /visits.txt')
export class VisitsAsText implements HttpHandler {
  constructor(private readonly visits: Visits) {}

  processRequest(): string {
    const lines = this.visits.ranking.map(({ name, requests }) => `${String(requests).padStart(7)}  ${name}\n`);
    return `Requests since ${this.visits.since.toISOString()}\n\n${lines.join('')}`;
  }
}
