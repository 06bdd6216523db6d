import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { Runs } from '../runs.js';

/**
 * The progress classic: how far the run of this session is, as `0` to `100`, or `NaN` when there is none. It only reads the
 * session, so it waits for nobody.
 */
@Handler({ verb: '*', path: 'GetProgress.ashx', session: 'readonly' })
export class GetProgress implements HttpHandler {
  readonly isReusable = true;

  constructor(private readonly runs: Runs) {}

  processRequest({ response, session }: HttpContext): string {
    response.headers.set('cache-control', 'no-cache');
    return String(this.runs.find(session.get('run'))?.progress ?? Number.NaN);
  }
}
