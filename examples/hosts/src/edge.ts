import { app } from './app.js';

// What Bun, Deno and Workers call; each hands over a web-standard request.
export default { fetch: app.fetch };
