import { onStage, pause } from '../programs.mjs';

const OPERATIONS = 50;

/** A page that was away while its operations went on: what it is sent when it comes back. */
export async function comingBack({ awaySeconds }) {
  return onStage(async ({ site, watchers, port }) => {
    const [cookie] = await site.ask('sessions', { count: 1 });
    const ids = [];
    for (let count = 0; count < OPERATIONS; count += 1)
      ids.push(...(await site.ask('start', { count: 1, kind: 'steered' })));
    const path = `/operations/events?${ids.map((id) => `id=${id}`).join('&')}`;
    await watchers.ask('open', { targets: [{ path, cookie }] });
    await watchers.ask('leave');
    for (let second = 0; second < awaySeconds; second += 1) {
      await site.ask('report', { ids });
      await pause(1000);
    }
    const startedAt = performance.now();
    const response = await fetch(`http://localhost:${port}${path}`, { headers: { cookie } });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while ((text.match(/^event: state$/gm) ?? []).length < OPERATIONS) text += (await reader.read()).value;
    const took = performance.now() - startedAt;
    await pause(300);
    await reader.cancel();
    return [
      {
        measure: `frames for each operation after ${awaySeconds} s away`,
        value: (text.match(/^event: /gm) ?? []).length / OPERATIONS,
        unit: '',
        target: 1,
        count: OPERATIONS,
      },
      { measure: 'until all of them were there', value: took, unit: 'ms', target: 1000, count: OPERATIONS },
    ];
  });
}
