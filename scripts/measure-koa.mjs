/**
 * Measures `@verbena/koa` against bare Koa on a text answer, with wrk: rounds alternate, so that noise hits both alike.
 * Prints the median of the ratios and their spread. Usage: node scripts/measure-koa.mjs [rounds] [seconds a round]
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

const [rounds = 8, seconds = 2] = process.argv.slice(2).map(Number);

const BARE = `ctx => { ctx.body = 'Hello'; }`;
const OURS = `toKoa(createApp({ handlers: [defineHandler('GET /hello', class { processRequest() { return 'Hello'; } })] }))`;

const servers = await Promise.all([BARE, OURS].map(startServer));
try {
  for (const { url } of servers) requestsPerSecond(url);
  const ratios = Array.from({ length: rounds }, () => {
    const [bare, ours] = servers.map(({ url }) => requestsPerSecond(url));
    return ours / bare;
  }).sort((one, other) => one - other);
  const median = (ratios[Math.floor((rounds - 1) / 2)] + ratios[Math.floor(rounds / 2)]) / 2;
  console.log(
    `@verbena/koa / bare Koa, text answer: ${median.toFixed(3)} (${ratios[0].toFixed(3)} to ${ratios.at(-1).toFixed(3)}, ${rounds} rounds)`,
  );
} finally {
  for (const { process: server } of servers) server.kill();
}

async function startServer(middleware) {
  const program = `
    import { createRequire } from 'node:module';
    import { createApp, defineHandler } from '@verbena/core';
    import { toKoa } from '@verbena/koa';
    const Koa = createRequire(import.meta.url)('koa');
    const server = new Koa().use(${middleware}).listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  const folder = new URL('../packages/koa/', import.meta.url);
  const server = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(server.stdout, 'data');
  return { process: server, url: `http://127.0.0.1:${String(line).trim()}/hello` };
}

function requestsPerSecond(url) {
  const report = execFileSync('wrk', ['-t1', '-c32', `-d${seconds}s`, url], { encoding: 'utf8' });
  const found = /Requests\/sec:\s+([\d.]+)/.exec(report);
  if (found === null || report.includes('Non-2xx')) throw new Error(`wrk did not measure ${url}:\n${report}`);
  return Number(found[1]);
}
