import { toKoa } from '@verbena/koa';
import Koa from 'koa';
import { listen } from '../listen.js';
import type { Peer } from '../peer.js';
import { verbenaUnder } from '../verbena.js';

export const peer: Peer = verbenaUnder((app) => listen(new Koa().use(toKoa(app))));
