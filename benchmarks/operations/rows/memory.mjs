import { onStage } from '../programs.mjs';

const WARM = 500;

/** What an open stream costs the server, beside the least it could. */
export async function memory({ watchers: count }) {
  const own = await onStage(async ({ site, watchers }) => {
    const cookies = await site.ask('sessions', { count });
    const [id] = await site.ask('start', { count: 1, kind: 'public' });
    return perStream(
      site,
      watchers,
      cookies.map((cookie) => ({ path: `/operations/${id}/events`, cookie })),
    );
  });
  const bare = await onStage(
    ({ site, watchers }) =>
      perStream(
        site,
        watchers,
        Array.from({ length: count }, () => ({ path: '/', cookie: '' })),
      ),
    'bare.mjs',
  );
  return [
    { measure: 'memory of a watcher, Koa with sessions', value: own, unit: 'KiB', target: 30, count },
    { measure: 'memory of a watcher, bare node:http', value: bare, unit: 'KiB', count },
  ];
}

/** The first ones pay for what is loaded and compiled once. */
async function perStream(site, watchers, targets) {
  await watchers.ask('open', { targets: targets.slice(0, WARM) });
  const before = await site.ask('memory');
  await watchers.ask('open', { targets: targets.slice(WARM) });
  const after = await site.ask('memory');
  return (after.rss - before.rss) / (targets.length - WARM) / 1024;
}
