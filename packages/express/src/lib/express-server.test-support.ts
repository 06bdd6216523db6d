import { createServer } from 'node:http';
import { listen, type LocalServer } from '@verbena/test-hosts';
import type { Application } from 'express';

/** Starts an Express application on a free port of this machine. */
export function startExpress(application: Application): Promise<LocalServer> {
  // What Express itself answers an error with, it also writes to the console otherwise.
  application.set('env', 'test');
  return listen(createServer(application));
}
