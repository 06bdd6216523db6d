import { type Classic, createClassic } from './app.js';
import { type RunningServer, startServer } from './server.js';
import { SteppedPace } from './stepped-pace.js';

/** For tests: the example on a free port, with runs that go on when they are told to. */
export interface ClassicUnderTest {
  readonly classic: Classic;
  readonly pace: SteppedPace;
  /** Address without a slash at its end. */
  readonly url: string;
  /** Makes a request to a path of the example. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

export async function startClassicUnderTest(): Promise<ClassicUnderTest> {
  const pace = new SteppedPace();
  const classic = createClassic({ pace });
  const server: RunningServer = await startServer(classic, 0);
  const { url } = server;
  return {
    classic,
    pace,
    url,
    fetch: (path, init) => fetch(url + path, init),
    close: () => server.close(),
  };
}
