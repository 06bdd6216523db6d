import { createApp } from '@verbena/core';
import { toKoa } from '@verbena/koa';
import { expect } from 'chai';
import Koa from 'koa';
import type { AddressInfo } from 'node:net';
import { container as globalContainer } from 'tsyringe';
import { AnswerText } from '../answer-text.js';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';
import { isRunning } from '../process-watch.js';
import { SystemFacts } from '../system-facts.js';
import { until } from '../until.js';
import { AsyncHandler } from './async-handler.js';

describe('AsyncHandler', function () {
  this.timeout(20_000);
  let site: ClassicUnderTest;

  before(async () => {
    site = await startClassicUnderTest();
  });

  after(() => site.close());

  it('sends what it has at once, and each line of the external process while that is still running', async () => {
    const text = new AnswerText(await site.fetch('/demo/training/a.async'));
    const begin = await text.until('Executing external process');
    expect(begin)
      .to.include('<h1>Hello from an asynchronous custom HTTP handler.</h1>')
      .and.include('Begin handler process');
    expect(begin).not.to.include('class="fact"');
    const first = await text.until('class="fact"');
    expect(first).not.to.include('Node.js: ');
    expect(isRunning(pidIn(first))).to.equal(true);
    const whole = await text.rest();
    expect(whole.match(/class="fact"/g)).to.have.lengthOf(5);
    expect(whole)
      .to.include(`Node.js: ${process.version}`)
      .and.include('End handler process')
      .and.match(/<\/html>\s*$/);
  });

  it('kills the external process when the client leaves', async () => {
    const container = globalContainer.createChildContainer();
    container.register(SystemFacts, { useClass: EndlessFacts });
    const app = createApp({ handlers: [AsyncHandler], container });
    const koa = new Koa().use(toKoa(app));
    // Koa tells of clients that leave in the middle of an answer.
    koa.on('error', () => {});
    const server = koa.listen(0);
    const { port } = server.address() as AddressInfo;

    const leaving = new AbortController();
    const text = new AnswerText(await fetch(`http://localhost:${port}/training/a.async`, { signal: leaving.signal }));
    const pid = pidIn(await text.until('class="fact"'));
    expect(isRunning(pid)).to.equal(true);
    leaving.abort();
    await until(() => !isRunning(pid));

    server.close();
    server.closeAllConnections();
    await app.close();
  });
});

/** A process that would go on for longer than this test. */
class EndlessFacts extends SystemFacts {
  protected override readonly program: string = 'console.log("Started"); setTimeout(() => {}, 30_000);';
}

function pidIn(text: string): number {
  return Number(/external process \(process #(\d+)\)/.exec(text)?.[1]);
}
