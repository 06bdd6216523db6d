import { expect } from 'chai';
import { isRunning } from './process-watch.js';
import { SystemFacts } from './system-facts.js';
import { until } from './until.js';

class FailingFacts extends SystemFacts {
  protected override readonly program: string = 'console.log("One fact"); process.exitCode = 3;';
}

describe('SystemFacts', function () {
  this.timeout(10_000);
  it('gives each fact while the process that finds them is still running', async () => {
    const process = new SystemFacts().collect(new AbortController().signal);
    const stillRunning: boolean[] = [];
    const facts: string[] = [];
    for await (const fact of process) {
      facts.push(fact);
      stillRunning.push(isRunning(process.pid));
    }
    expect(facts).to.have.lengthOf(5);
    expect(facts.at(-1)).to.equal(`Node.js: ${globalThis.process.version}`);
    expect(stillRunning.slice(0, -1)).to.deep.equal([true, true, true, true]);
  });

  it('kills the process when the signal aborts', async () => {
    const controller = new AbortController();
    const process = new SystemFacts().collect(controller.signal);
    const iterator = process[Symbol.asyncIterator]();
    await iterator.next();
    controller.abort();
    let failure: unknown;
    try {
      while ((await iterator.next()).done !== true);
    } catch (error) {
      failure = error;
    }
    expect(failure).to.have.property('name', 'AbortError');
    await until(() => !isRunning(process.pid));
  });

  it('fails, after what it has found out, when the process fails', async () => {
    const facts: string[] = [];
    let failure: unknown;
    try {
      for await (const fact of new FailingFacts().collect(new AbortController().signal)) facts.push(fact);
    } catch (error) {
      failure = error;
    }
    expect(facts).to.deep.equal(['One fact']);
    expect(failure).to.have.property('message', 'The external process ended with exit code 3');
  });
});
