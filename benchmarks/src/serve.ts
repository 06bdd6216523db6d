/**
 * Starts one program of one peer and tells its parent the port; ends with its parent.
 *
 * Usage, from a parent with a channel: serve.js <peer> <work> [plain]
 */
import { answerQuestions } from './readings.js';
import type { Peer, WorkName } from './peer.js';

const [peerName = '', work = '', form = 'works'] = process.argv.slice(2);
const { peer } = (await import(`./peers/${peerName}.js`)) as { readonly peer: Peer };
const start = peer[form as keyof Peer]?.[work as WorkName];
if (start === undefined) throw new TypeError(`Starting ${peerName} failed: it has no program for ${work} (${form})`);
answerQuestions();
process.once('disconnect', () => process.exit());
process.send?.({ port: await start() });
