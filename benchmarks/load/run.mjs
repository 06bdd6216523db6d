import { checkAnswers, lacking, measureWork } from './measure.mjs';
import { lackingList, plainTable, ratiosTable } from './tables.mjs';
import { connections } from './wrk.mjs';

/**
 * Measures every work, one after another.
 *
 * @param {import('../options.mjs').Options} options
 * @param {(line: string) => void} say
 * @returns {Promise<object>}
 */
export async function measureLoad({ load: settings }, say) {
  const { starts, rounds, seconds, warmUpSeconds } = settings;
  // A wrong answer is known before half an hour has gone.
  for (const name of settings.works) await checkAnswers(name, settings.peers);
  const works = {};
  for (const name of settings.works) {
    works[name] = {
      programs: await measureWork(name, settings, say),
      lacking: lacking(name, settings.peers),
    };
  }
  return { starts, rounds, seconds, warmUpSeconds, connections, works };
}

/**
 * @param {object} load as measured
 * @returns {string} for the terminal
 */
export function showLoad(load) {
  return [
    'Against the bare host, median of rounds (lowest–highest):',
    ratiosTable(load),
    plainTable(load),
    lackingList(load),
  ]
    .filter(Boolean)
    .join('\n\n');
}
