/**
 * Starts one program of one peer and tells its parent the port; ends with its parent.
 *
 * Usage, from a parent with a channel: serve.js <peer> <work> [plain]
 */
import type { Peer, WorkName } from './peer.js';
import { profile, profiled } from './profiling.js';
import { collect, read } from './readings.js';

/** What the parent may ask of it, again and again. */
const answers = { collect, read, profile, profiled };
export type Answers = typeof answers;

const [peerName = '', work = '', form = 'works'] = process.argv.slice(2);
const { peer } = (await import(`./peers/${peerName}.js`)) as { readonly peer: Peer };
const start = peer[form as keyof Peer]?.[work as WorkName];
if (start === undefined) throw new TypeError(`Starting ${peerName} failed: it has no program for ${work} (${form})`);
process.on('message', (question: keyof Answers) => {
  void answers[question]().then((answer) => process.send?.(answer ?? null));
});
process.once('disconnect', () => process.exit());
process.send?.({ port: await start() });
