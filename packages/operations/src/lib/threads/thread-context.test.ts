import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { type Clock, install } from '@sinonjs/fake-timers';
import { expect } from 'chai';
import { encodePlain } from '../plain-data.js';
import { ThreadContext } from './thread-context.js';
import type { ThreadMessage } from './thread-task.js';

describe('a thread that says much', () => {
  let clock: Clock;
  let ours: MessagePort;
  let thread: ThreadContext;

  beforeEach(() => {
    clock = install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { port1, port2 } = new MessageChannel();
    ours = port1;
    thread = new ThreadContext({
      kind: 'chatty',
      module: '',
      id: 'op_x',
      attempt: 1,
      input: encodePlain(undefined),
      lastCheckpoint: encodePlain(undefined),
      stop: new Int32Array(new SharedArrayBuffer(4)),
      port: port2,
    });
  });

  afterEach(() => {
    thread.close();
    ours.close();
    clock.uninstall();
  });

  function heard(): readonly ThreadMessage[] {
    const messages: ThreadMessage[] = [];
    for (let next = receiveMessageOnPort(ours); next !== undefined; next = receiveMessageOnPort(ours))
      messages.push(next.message as ThreadMessage);
    return messages;
  }

  function logTo(count: number): void {
    for (let line = 1; line <= count; line += 1) thread.context.log(`line ${line}`);
  }

  it('sends a line at once, and of many that follow the last 100 together', async () => {
    logTo(10_000);
    expect(heard()).to.deep.equal([{ what: 'log', lines: ['line 1'] }]);
    await clock.tickAsync(200);
    const lines = Array.from({ length: 100 }, (_, index) => `line ${9_901 + index}`);
    expect(heard()).to.deep.equal([{ what: 'log', lines }]);
    await clock.tickAsync(1_000);
    expect(heard()).to.deep.equal([]);
  });

  it('sends what it had no time for when it ends, and nothing after that', () => {
    logTo(3);
    thread.close();
    expect(heard()).to.deep.equal([
      { what: 'log', lines: ['line 1'] },
      { what: 'log', lines: ['line 2', 'line 3'] },
    ]);
    logTo(3);
    expect(clock.countTimers()).to.equal(0);
  });
});
