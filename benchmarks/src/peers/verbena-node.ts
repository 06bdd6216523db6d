import { serve } from '@verbena/node';
import { host, type Peer } from '../peer.js';
import { verbenaUnder } from '../verbena.js';

export const peer: Peer = verbenaUnder(async (app) => Number(new URL((await serve(app, { port: 0, host })).url).port));
