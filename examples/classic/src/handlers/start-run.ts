import { Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { Runs } from '../runs.js';

/**
 * Starts the session's run and answers at once, with 202; while one is running, answers 200 with that one. Two requests of
 * one session wait for each other, so they can never start two. The answer is sent after the session was saved: whoever has
 * it and asks for the progress is told of this run, and of no earlier one.
 */
@Handler({ verb: 'POST', path: '/progress/runs', session: 'required' })
export class StartRun implements HttpHandler {
  constructor(private readonly runs: Runs) {}

  processRequest({ response, session }: HttpContext): { readonly run: string } {
    const current = this.runs.find(session.get('run'));
    if (current?.isRunning === true) return { run: current.id };
    const run = this.runs.start();
    session.set('run', run.id);
    response.status = 202;
    return { run: run.id };
  }
}
