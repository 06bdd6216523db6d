// First, as Bun runs tsyringe, which wants it, before anything that imports tsyringe.
import 'reflect-metadata/lite';
import { app } from './app.js';

// What Bun, Deno and Workers call; each hands over a web-standard request.
export default { fetch: app.fetch };
