import { expect } from 'chai';
import { behaviours } from './behaviours.js';
import { describeAdapter, type TestRunner } from './describe-adapter.js';
import type { AdapterHost } from './host.js';

const fetchHost: AdapterHost = { name: 'a host', fetch: (app, request) => app.fetch(request) };
const socketHost: AdapterHost = {
  name: 'a host',
  hasMiddleware: true,
  start: () => Promise.reject(new Error('This host never starts')),
};
const atLast = ['no error went unhandled', 'nothing is left open'];

/** A test runner that only takes down what is registered. */
class Notebook implements TestRunner {
  readonly groups: string[] = [];
  readonly tests: Map<string, () => Promise<void>> = new Map();
  readonly skipped: string[] = [];
  timeoutMs = 0;

  describe(name: string, register: () => void): void {
    this.groups.push(name);
    register();
  }

  readonly it: TestRunner['it'] = Object.assign(
    (name: string, run: () => Promise<void>) => {
      this.tests.set(name, run);
      return { timeout: (limitMs: number) => (this.timeoutMs = limitMs) };
    },
    { skip: (name: string) => this.skipped.push(name) },
  );
}

describe('describeAdapter', () => {
  it('registers every behaviour, by topic, and at last what must not be left', () => {
    const runner = new Notebook();
    describeAdapter(socketHost, { runner });
    expect(runner.groups).to.deep.equal(['a host', ...new Set(behaviours.map(({ topic }) => topic)), 'afterwards']);
    expect([...runner.tests.keys()]).to.deep.equal([...behaviours.map(({ name }) => name), ...atLast]);
    expect(runner.skipped).to.deep.equal([]);
  });

  it('registers tests that fail when the host does not show the behaviour', async () => {
    const runner = new Notebook();
    describeAdapter(socketHost, { runner });
    const [run] = runner.tests.values();
    const message = await run?.().catch((error: unknown) => String(error));
    expect(message).to.equal('Error: This host never starts');
  });

  it('shows as skipped what needs something the host does not have', () => {
    const runner = new Notebook();
    describeAdapter(fetchHost, { runner });
    const expected = behaviours
      .filter(({ needs }) => needs !== undefined)
      .map(
        (behaviour) =>
          `${behaviour.name} (does not apply: the host has no ${behaviour.needs === 'socket' ? 'socket' : 'middleware'})`,
      );
    expect(runner.skipped).to.deep.equal(expected).and.not.deep.equal([]);
  });

  it('shows exceptions as skipped, with their reason', () => {
    const runner = new Notebook();
    const except = { 'a string is sent as text': 'this host sends pictures', sessions: 'this host knows nobody' };
    describeAdapter({ ...socketHost, except }, { runner });
    const ofSessions = behaviours.filter(({ topic }) => topic === 'sessions');
    expect(runner.skipped).to.deep.equal([
      'a string is sent as text (this host sends pictures)',
      ...ofSessions.map(({ name }) => `${name} (this host knows nobody)`),
    ]);
    expect(runner.tests.has('a string is sent as text')).to.equal(false);
  });

  it('refuses exceptions from what is no behaviour', () => {
    const except = { 'a string is sent as sound': 'whatever' };
    expect(() => describeAdapter({ ...socketHost, except }, { runner: new Notebook() })).to.throw(
      TypeError,
      '"a string is sent as sound"',
    );
  });

  it('gives mocha more time than a behaviour may take', () => {
    const runner = new Notebook();
    describeAdapter(socketHost, { runner });
    expect(runner.timeoutMs).to.be.above(15_000);
  });

  it('says what to do when there is no test runner', () => {
    const { it: mochaIt } = globalThis;
    Reflect.deleteProperty(globalThis, 'it');
    try {
      expect(() => describeAdapter(socketHost)).to.throw(TypeError, '{ runner: { describe, it } }');
    } finally {
      globalThis.it = mochaIt;
    }
  });
});

describe('behaviours', () => {
  it('have names of their own', () => {
    const names = behaviours.flatMap(({ name, topic }, index) =>
      behaviours[index - 1]?.topic === topic ? [name] : [name, topic],
    );
    expect(names).to.deep.equal([...new Set(names)]);
  });
});
