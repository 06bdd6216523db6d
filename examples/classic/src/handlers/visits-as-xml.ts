import { Handler, type HttpHandler } from '@verbena/core';
import { markup } from '../markup.js';
import { Visits } from '../visits.js';

/** The visits as XML: text that begins with an XML declaration is sent as such. */
@Handler('GET /visits.xml')
export class VisitsAsXml implements HttpHandler {
  constructor(private readonly visits: Visits) {}

  processRequest(): string {
    const visits = this.visits.ranking.map(
      ({ name, requests }) => markup`  <visit handler="${name}" requests="${requests}"/>\n`,
    );
    return markup`<?xml version="1.0" encoding="UTF-8"?>
<visits since="${this.visits.since.toISOString()}">
${visits}</visits>
`.text;
  }
}
