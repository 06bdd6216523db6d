import { createApp, type HandlerApp } from '@verbena/core';
import { createOperations, type OperationDriver, type Operations } from '@verbena/operations';
import { closeStreams, operationHandlers } from '@verbena/operations/http';
import { AddFile } from './handlers/add-file.js';
import { HomePage } from './handlers/home-page.js';
import { ImportFile } from './handlers/import-file.js';
import { ListFiles } from './handlers/list-files.js';
import { MakeSampleFile } from './handlers/make-sample-file.js';
import { RemoveFile } from './handlers/remove-file.js';
import { ReplaceFile } from './handlers/replace-file.js';
import { SendAsset } from './handlers/send-asset.js';
import { SendClient } from './handlers/send-client.js';
import { SendFile } from './handlers/send-file.js';
import { visitorOf } from './visitor.js';
import { createWork } from './work.js';

/** Where the site keeps things, and who does its work. */
export interface SiteOptions {
  /** Files, customers and reports lie here. */
  readonly folder: string;
  readonly driver: OperationDriver;
  readonly ownerSecret: string;
  /** Whether this process runs the operations, too. Default true */
  readonly runs?: boolean;
}

/** The site, ready to be served by any host. */
export interface Site {
  readonly app: HandlerApp;
  readonly operations: Operations;
  /** Ends all streams, so that their clients know when to come back. Call it before the server closes. */
  closeStreams(): Promise<void>;
}

/** Puts the site together: its files, its operations and its handlers. */
export function createSite({ folder, driver, ownerSecret, runs = true }: SiteOptions): Site {
  const work = createWork(folder);
  const operations = createOperations({ ...work, driver, ownerSecret, runs });
  const app = createApp({
    container: work.container,
    handlers: [
      HomePage,
      SendAsset,
      SendClient,
      ListFiles,
      AddFile,
      MakeSampleFile,
      SendFile,
      ReplaceFile,
      RemoveFile,
      ImportFile,
      ...operationHandlers(operations, { ownerOf: visitorOf }),
    ],
  });
  return { app, operations, closeStreams: () => closeStreams(operations) };
}
