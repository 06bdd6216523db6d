/**
 * Has a Worker show every behaviour, called with a `Request` and asked over sockets, and prints what `show-behaviours.mjs`
 * prints elsewhere.
 *
 * Usage: node worker/show-behaviours.mjs
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { inCompat } from '../runtimes/runtime.mjs';
import { bundleSuite } from './bundle.mjs';
import { config, placeSockets, suiteSocket } from './config.mjs';

const folder = await mkdtemp(join(tmpdir(), 'verbena-worker-'));
try {
  await bundleSuite(join(folder, 'bundle.mjs'));
  await writeFile(join(folder, 'config.capnp'), config);
  const workerd = spawn(
    inCompat('node_modules/workerd/bin/workerd'),
    ['serve', '--control-fd=3', join(folder, 'config.capnp')],
    { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] },
  );
  try {
    const urls = await urlsOf(workerd);
    const places = placeSockets.map((name) => [name, urls.get(name)]);
    const answer = await fetch(`${urls.get(suiteSocket)}/?${new URLSearchParams(places)}`);
    await pipeline(answer.body, process.stdout, { end: false });
  } finally {
    workerd.kill();
  }
} finally {
  await rm(folder, { recursive: true });
}

/**
 * Waits until workerd listens on all sockets.
 *
 * @param {import('node:child_process').ChildProcess} workerd
 * @returns {Promise<Map<string, string>>} their URLs, by name
 * @throws {Error} when it ends before
 */
async function urlsOf(workerd) {
  /** @type {Map<string, string>} */
  const urls = new Map();
  for await (const line of createInterface({ input: workerd.stdio[3] })) {
    const { event, socket, port } = JSON.parse(line);
    if (event === 'listen') urls.set(socket, `http://127.0.0.1:${port}`);
    if (urls.size === 1 + placeSockets.length) return urls;
  }
  throw new Error(
    `Starting workerd failed: it ended when it listened on ${[...urls.keys()].join(', ') || 'no socket'}`,
  );
}
