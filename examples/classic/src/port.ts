/**
 * The port that a setting names.
 *
 * @param setting value of the environment variable `PORT`
 * @returns 3000 where nothing is set
 * @throws RangeError when it is no port
 */
export function portOf(setting: string | undefined): number {
  if (setting === undefined || setting === '') return 3000;
  const port = Number(setting);
  if (!/^\d+$/.test(setting) || port > 65_535) {
    throw new RangeError(`PORT is "${setting}", which is no port; it takes a whole number from 0 to 65535`);
  }
  return port;
}
