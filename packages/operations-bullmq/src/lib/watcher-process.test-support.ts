import { setTimeout as pause } from 'node:timers/promises';
import { framesOf } from './frames.test-support.js';
import { tell } from './work.test-support.js';

/** What the test tells a client: where sites are, or what to watch. */
export interface Order {
  readonly sites?: readonly string[];
  readonly watch?: string;
}

// The program of a client that watches by HTTP. It comes back for as long as it has not seen the end, to any of the sites.
let sites: readonly string[] = [];
let turn = 0;
const watched = new Set<string>();

process.on('message', ({ sites: there, watch }: Order) => {
  if (there !== undefined) sites = there;
  if (watch === undefined || watched.has(watch)) return;
  watched.add(watch);
  void follow(watch);
});
tell({ event: 'up' });

async function follow(id: string): Promise<void> {
  for (let last = ''; ; await pause(50)) {
    try {
      const site = sites[(turn += 1) % sites.length]!;
      const response = await fetch(`${site}/operations/${id}/events`, { headers: { 'last-event-id': last } });
      if (response.status === 204) return;
      if (response.status === 404) tell({ event: 'gone', id });
      if (!response.ok || response.body === null) continue;
      for await (const { event, seq, data } of framesOf(response.body)) {
        if (event === 'gone') tell({ event: 'gone', id });
        if (event !== 'state' && event !== 'progress') continue;
        last = seq;
        tell({ event: 'seen', id, view: { ...data, seq: Number(seq) } });
      }
    } catch {
      // A site that was killed, or one that is not there yet: the next one is asked.
    }
  }
}
