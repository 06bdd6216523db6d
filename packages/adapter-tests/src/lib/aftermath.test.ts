import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Aftermath, handlesUnknown } from './aftermath.js';
import { rejectionOf } from './rejection.js';

const run = promisify(execFile);

/** Runs lines of a program of its own, where errors nobody handles disturb no test runner. */
async function outputOf(...lines: readonly string[]): Promise<string> {
  const program = [`import { Aftermath } from '${new URL('./aftermath.js', import.meta.url).href}';`, ...lines];
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program.join('\n')]);
  return stdout;
}

describe('Aftermath', () => {
  it('finds a server and a timer that were left open, and says how many of what', async () => {
    const aftermath = new Aftermath(10);
    await aftermath.begin();
    const server = createServer().listen(0, '127.0.0.1');
    const timer = setInterval(() => {}, 60_000);
    try {
      const error = await rejectionOf(aftermath.expectNoOpenHandle(), 'The check');
      expect(String(error))
        .to.match(/still open: .*1 TCPServerWrap/)
        .and.match(/[1-9] Timeout/);
    } finally {
      clearInterval(timer);
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('waits for what is being closed', async () => {
    const aftermath = new Aftermath(5_000);
    await aftermath.begin();
    const timer = setInterval(() => {
      clearInterval(timer);
    }, 20);
    await aftermath.expectNoOpenHandle();
  });

  it('holds nothing against a suite that was open before it', async () => {
    const timer = setInterval(() => {}, 60_000);
    try {
      const aftermath = new Aftermath(10);
      await aftermath.begin();
      await aftermath.expectNoOpenHandle();
    } finally {
      clearInterval(timer);
    }
  });

  it('finds promises that were rejected while nobody was there to handle it', async () => {
    const output = await outputOf(
      'const aftermath = new Aftermath(10);',
      'await aftermath.begin();',
      'for (const name of ["one", "two"]) void Promise.reject(new Error(`the ${name}`));',
      'await aftermath.expectNoUnhandledError().catch((error) => console.log(error.message));',
    );
    expect(output).to.match(/nobody handled while the suite ran: 2; the first was: Error: the one/);
  });

  it('finds an error that was thrown where nobody could catch it', async () => {
    const output = await outputOf(
      'const aftermath = new Aftermath(10);',
      'await aftermath.begin();',
      'process.on("uncaughtException", () => {});',
      'setImmediate(() => { throw new Error("out of the blue"); });',
      'await aftermath.expectNoUnhandledError().catch((error) => console.log(error.message));',
    );
    expect(output).to.match(/nobody handled while the suite ran: 1; the first was: Error: out of the blue/);
  });

  it('finds nothing where errors are handled, and stops watching', async () => {
    const output = await outputOf(
      'const aftermath = new Aftermath(10);',
      'await aftermath.begin();',
      'Promise.reject(new Error("handled")).catch(() => {});',
      'await aftermath.expectNoUnhandledError();',
      'console.log(process.listenerCount("unhandledRejection"), process.listenerCount("uncaughtExceptionMonitor"));',
    );
    expect(output).to.equal('0 0\n');
  });
});

describe('handlesUnknown', () => {
  it('is nothing where the runtime tells what is open', () => {
    expect(handlesUnknown()).to.equal(undefined);
  });

  it('says so where it tells nothing, or cannot', () => {
    const { getActiveResourcesInfo } = process;
    const unknown = 'the runtime does not tell what is open';
    try {
      process.getActiveResourcesInfo = () => [];
      expect(handlesUnknown()).to.equal(unknown);
      process.getActiveResourcesInfo = () => {
        throw new Error('Not implemented');
      };
      expect(handlesUnknown()).to.equal(unknown);
      Reflect.deleteProperty(process, 'getActiveResourcesInfo');
      expect(handlesUnknown()).to.equal(unknown);
    } finally {
      process.getActiveResourcesInfo = getActiveResourcesInfo;
    }
  });
});
