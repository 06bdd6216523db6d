import type { Behaviour } from './behaviour.js';
import { bodies } from './behaviours/bodies.js';
import { cancellation } from './behaviours/cancellation.js';
import { errors } from './behaviours/errors.js';
import { files } from './behaviours/files.js';
import { lifetimes } from './behaviours/lifetimes.js';
import { malformed } from './behaviours/malformed.js';
import { matching } from './behaviours/matching.js';
import { middleware } from './behaviours/middleware.js';
import { requests } from './behaviours/requests.js';
import { responses } from './behaviours/responses.js';
import { results } from './behaviours/results.js';
import { sessions } from './behaviours/sessions.js';
import { streaming } from './behaviours/streaming.js';

/** Everything an adapter must do, by topic. */
export const behaviours: readonly Behaviour[] = [
  ...matching,
  ...requests,
  ...bodies,
  ...results,
  ...responses,
  ...streaming,
  ...errors,
  ...lifetimes,
  ...cancellation,
  ...sessions,
  ...files,
  ...middleware,
  ...malformed,
];
