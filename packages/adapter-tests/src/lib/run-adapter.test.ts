import { expect } from 'chai';
import type { HandlerApp } from '@verbena/core';
import type { FetchHost } from './host.js';
import { planFor } from './plan.js';
import { runAdapter, type TestOutcome } from './run-adapter.js';

const host: FetchHost = { name: 'a host', patienceMs: 50, fetch: (app, request) => app.fetch(request) };
const allTopics = [...new Set(planFor(host).map(({ topic }) => topic))];

/** Excepts a host from every topic but one. */
function onlyTopic(topic: string): Record<string, string> {
  return Object.fromEntries(allTopics.filter((other) => other !== topic).map((other) => [other, 'not of interest']));
}

async function outcomesOf(asked: FetchHost): Promise<readonly TestOutcome[]> {
  const outcomes: TestOutcome[] = [];
  for await (const outcome of runAdapter(asked)) outcomes.push(outcome);
  return outcomes;
}

describe('runAdapter', () => {
  it('tells of every behaviour, in order, and at last of what is left', async () => {
    const outcomes = await outcomesOf({ ...host, except: onlyTopic('results') });
    expect(outcomes.map(({ name }) => name)).to.deep.equal(planFor(host).map(({ name }) => name));
    const ofResults = outcomes.filter(({ topic }) => topic === 'results');
    expect(ofResults.map(({ outcome }) => outcome)).to.deep.equal(ofResults.map(() => 'passed'));
  });

  it('says why something was left out', async () => {
    const outcomes = await outcomesOf({ ...host, except: onlyTopic('results') });
    const outcomeOf = (name: string): TestOutcome | undefined => outcomes.find((outcome) => outcome.name === name);
    expect(outcomeOf('a mapping answers its verb and path')).to.include({
      outcome: 'excepted',
      reason: 'not of interest',
    });
    expect(outcomeOf('the address of the client is known')).to.include({
      outcome: 'inapplicable',
      reason: 'the host has no socket',
    });
  });

  it('goes on after a behaviour that failed, with what it said', async () => {
    const silent = {
      ...host,
      except: onlyTopic('results'),
      fetch: async (): Promise<Response> => new Response('silence'),
    };
    const failed = (await outcomesOf(silent)).filter(({ outcome }) => outcome === 'failed');
    expect(failed).to.have.length.above(10);
    expect(String(failed[0]?.error)).to.match(/^AssertionError: /);
  });

  it('fails at last a host that leaves something open', async () => {
    let timer: NodeJS.Timeout | undefined;
    const leaking = {
      ...host,
      except: onlyTopic('afterwards'),
      fetch: (app: HandlerApp, request: Request): Promise<Response> => {
        timer ??= setInterval(() => {}, 60_000);
        return app.fetch(request);
      },
    };
    // One behaviour has to be tried for anything to be left of it.
    const { matching: _matching, ...except } = leaking.except;
    try {
      const outcomes = await outcomesOf({ ...leaking, except });
      expect(outcomes.at(-1)).to.include({ name: 'nothing is left open', outcome: 'failed' });
      expect(String(outcomes.at(-1)?.error)).to.match(/still open: 1 Timeout/);
    } finally {
      clearInterval(timer);
    }
  });
});
