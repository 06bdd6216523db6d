import { createServer } from 'node:http';
import { toNode } from '@verbena/node';
import { listen } from '../listen.js';
import type { Peer } from '../peer.js';
import { verbenaUnder } from '../verbena.js';

export const peer: Peer = verbenaUnder((app) => listen(createServer(toNode(app))));
