import { fileURLToPath } from 'node:url';

/** Files, customers, reports and what Redis keeps lie here. All processes share it. */
export const folder: string = process.env['DATA'] ?? fileURLToPath(new URL('../data', import.meta.url));

/** Where the site is reached. */
export const port: number = Number(process.env['PORT'] ?? 3000);

/** Where Redis is: a URL, or the path of its socket. `main.ts` tells the processes it starts. */
export const redis: string = process.env['REDIS_URL'] ?? 'redis://localhost:6379';

/** How long what is under way may take when a process is told to stop, in milliseconds. */
export const graceMs = 5_000;
