import { Handler, type HttpContext, type HttpHandler, HttpException } from '@verbena/core';
import type { Checksum } from '../checksum-run.js';
import { Runs } from '../runs.js';

/** What the finished run of this session has found out. */
@Handler({ verb: 'GET', path: '/progress/result', session: 'readonly' })
export class RunResult implements HttpHandler {
  constructor(private readonly runs: Runs) {}

  processRequest({ response, session }: HttpContext): Checksum {
    const checksum = this.runs.find(session.get('run'))?.checksum;
    if (checksum === undefined) throw new HttpException(404, 'This session has no finished run');
    response.headers.set('cache-control', 'no-cache');
    return checksum;
  }
}
