import { createServer } from 'node:http';
import { toExpress } from '@verbena/express';
import express from 'express';
import { listen } from '../listen.js';
import type { Peer } from '../peer.js';
import { verbenaUnder } from '../verbena.js';

export const peer: Peer = verbenaUnder((app) => listen(createServer(express().use(toExpress(app)))));
