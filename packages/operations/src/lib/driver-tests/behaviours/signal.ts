import { deepStrictEqual } from 'node:assert/strict';
import { behavioursOf, type DriverBehaviour } from '../behaviour.js';
import { addQueued } from '../stage.js';

/** How news travels. */
export const signal: readonly DriverBehaviour[] = behavioursOf('signal', {
  'who watches is nudged, until they stop': async (stage) => {
    const driver = await stage.driver();
    const { id } = await addQueued(driver.store);
    const other = await addQueued(driver.store);
    const heard: number[] = [];
    const off = await driver.signal.watch(id, (seq) => heard.push(seq));
    driver.signal.nudge(other.id, 1);
    driver.signal.nudge(id, 2);
    await stage.until('the nudge', () => heard.length > 0);
    off();
    driver.signal.nudge(id, 3);
    await stage.quiet();
    deepStrictEqual(heard, [2]);
  },
  'many may watch one operation, and each stops for itself': async (stage) => {
    const driver = await stage.driver();
    const { id } = await addQueued(driver.store);
    const heard: string[] = [];
    const watchAs = (name: string): Promise<() => void> => driver.signal.watch(id, () => heard.push(name));
    const [first] = [await watchAs('first'), await watchAs('second')];
    driver.signal.nudge(id, 2);
    await stage.until('both nudges', () => heard.length === 2);
    first();
    first();
    driver.signal.nudge(id, 3);
    await stage.until('the second nudge', () => heard.length === 3);
    deepStrictEqual(heard, ['first', 'second', 'second']);
    const again = await watchAs('again');
    driver.signal.nudge(id, 4);
    await stage.until('a nudge for who came back', () => heard.includes('again'));
    again();
  },
  'nobody is told of what nobody watches': async (stage) => {
    const driver = await stage.driver();
    driver.signal.nudge('op_AAAAAAAAAAAAAAAAAAAAAA', 1);
    driver.signal.cancel('op_AAAAAAAAAAAAAAAAAAAAAA');
    await stage.quiet();
  },
});
