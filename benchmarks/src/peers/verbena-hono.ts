import { Hono } from 'hono';
import type { Peer } from '../peer.js';
import { verbenaUnder } from '../verbena.js';
import { start } from './hono.js';

const { works, plain } = verbenaUnder((app) => start(new Hono().all('*', (c) => app.fetch(c.req.raw))));
const { session: _, ...sessionless } = works;

export const peer: Peer = { works: sessionless, plain };
