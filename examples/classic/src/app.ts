import { createApp, type HandlerApp } from '@verbena/core';
import { toKoa } from '@verbena/koa';
import Koa from 'koa';
import { container as globalContainer } from 'tsyringe';
import { CountVisits } from './count-visits.js';
import { AsyncHandler } from './handlers/async-handler.js';
import { BrokenHandler } from './handlers/broken-handler.js';
import { FlowerPicture } from './handlers/flower-picture.js';
import { GetProgress } from './handlers/get-progress.js';
import { HomePage } from './handlers/home-page.js';
import { ProgressPage } from './handlers/progress-page.js';
import { RunResult } from './handlers/run-result.js';
import { SendFile } from './handlers/send-file.js';
import { StartRun } from './handlers/start-run.js';
import { SyncHandler } from './handlers/sync-handler.js';
import { TrainingFactory } from './handlers/training-factory.js';
import { VisitsAsJson } from './handlers/visits-as-json.js';
import { VisitsAsText } from './handlers/visits-as-text.js';
import { VisitsAsXml } from './handlers/visits-as-xml.js';
import { Pace } from './pace.js';
import { Runs } from './runs.js';
import { Tour } from './tour.js';
import { Visits } from './visits.js';

/** What may be set from outside. */
export interface ClassicOptions {
  /** How fast runs go. Default: a rest of 60 ms between slices, some seconds in all. */
  readonly pace?: Pace;
}

/** The example, ready to be listened with. */
export interface Classic {
  readonly handlers: HandlerApp;
  readonly koa: Koa;
  readonly runs: Runs;
  /** Lets requests under way end, aborting those that take longer than five seconds, and stops every run. */
  close(): Promise<void>;
}

/** Puts the example together: its services, its handlers, and Koa around them. */
export function createClassic({ pace = new Pace(60) }: ClassicOptions = {}): Classic {
  const container = globalContainer.createChildContainer();
  container.registerInstance(Pace, pace);
  container.registerInstance(Tour, new Tour(() => handlers.mappings));
  container.registerSingleton(Runs);
  container.registerSingleton(Visits);
  const handlers = createApp({
    container,
    use: [CountVisits],
    handlers: [
      HomePage,
      SyncHandler,
      AsyncHandler,
      TrainingFactory,
      ProgressPage,
      StartRun,
      GetProgress,
      RunResult,
      VisitsAsJson,
      VisitsAsXml,
      VisitsAsText,
      FlowerPicture,
      SendFile,
      BrokenHandler,
    ],
  });
  const koa = new Koa();
  koa.use(toKoa(handlers));
  koa.on('error', logFailure);
  return {
    handlers,
    koa,
    runs: container.resolve(Runs),
    async close() {
      await handlers.close({ graceMs: 5000 });
      // The container was made here, so it is disposed here, and with it the runs.
      await container.dispose();
    },
  };
}

function logFailure(error: unknown, ctx?: Koa.Context): void {
  // Koa also tells of clients that left in the middle of an answer.
  if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
  console.error(ctx === undefined ? 'A request failed' : `${ctx.method} ${ctx.path} failed`, error);
}
