import type { Profiler } from 'node:inspector';

/** What is to be asked of this process, once a profile has begun. */
let ended: (() => Promise<Profiler.Profile>) | undefined;

/** Begins to note, many times in a millisecond, which function runs. */
export async function profile(): Promise<void> {
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  ended = async () => {
    const found = await session.post('Profiler.stop');
    session.disconnect();
    return found.profile;
  };
}

/** Ends the profile, and gives it. */
export async function profiled(): Promise<Profiler.Profile | undefined> {
  return ended?.();
}
