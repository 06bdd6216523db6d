import { expect } from 'chai';
import { defineHandler, type HttpContext, HttpException } from '@verbena/core';
import { amongMiddleware, type Behaviour, behavioursOf, type Scenario } from '../behaviour.js';
import { brokenOff } from '../rejection.js';
import type { Served, Stage } from '../stage.js';

/** What middleware before the adapter sets. */
const BEFORE = { 'x-before': 'host', 'set-cookie': 'host=1; Path=/', vary: 'X-Host' };

/** Answers of every kind, by path, with their statuses. */
const STATUSES: Readonly<Record<string, number>> = {
  '/text': 200,
  '/json': 200,
  '/nothing': 204,
  '/written': 202,
  '/streamed': 200,
  '/moved': 302,
  '/refused': 409,
  '/fault': 500,
  '/text/': 200,
};

/** Runs a scenario with handlers that answer in every way, behind middleware. */
function withAnswers(scenario: (served: Served, stage: Stage) => Promise<void>): ReturnType<typeof amongMiddleware> {
  const run: Scenario = async (stage) => {
    const handlers = [
      defineHandler('GET /text', () => 'text'),
      defineHandler('GET /json', () => ({ a: 1 })),
      defineHandler('GET /nothing', () => undefined),
      defineHandler('GET /written', async ({ response }: HttpContext) => {
        response.status = 202;
        response.write('one ');
        await response.flush();
        response.write('two');
      }),
      defineHandler('GET /streamed', () => ReadableStream.from(['one ', 'two'])),
      defineHandler('GET /moved', ({ response }: HttpContext) => response.redirect('/text')),
      defineHandler('GET /refused', () => {
        throw new HttpException(409);
      }),
      defineHandler('GET /fault', () => {
        throw new Error('fault');
      }),
      defineHandler('GET /broken', async function* () {
        yield 'half of';
        throw new Error('fault');
      }),
      defineHandler('GET /own', ({ response: { headers, cookies } }: HttpContext) => {
        headers.set('x-before', 'handler');
        headers.set('vary', 'X-Handler');
        cookies.set('one', '1');
        cookies.set('two', '2');
        return 'own';
      }),
    ];
    await scenario(await stage.serve(handlers, {}, BEFORE), stage);
  };
  return amongMiddleware(run);
}

/** Waits until middleware has seen this many statuses, which it may do a moment after the client has its answer. */
async function seenStatuses(served: Served, stage: Stage, count: number): Promise<readonly number[]> {
  let isLate = false;
  const seen = async (): Promise<void> => {
    while (served.statuses.length < count && !isLate) await new Promise(setImmediate);
  };
  try {
    await stage.within(seen(), `middleware to see ${count} statuses`);
  } finally {
    isLate = true;
  }
  return served.statuses;
}

/** What a host's own middleware does around the adapter. */
export const middleware: readonly Behaviour[] = behavioursOf('middleware', {
  'what middleware sets before goes with an answer of any kind': withAnswers(async ({ fetch }) => {
    for (const [path, status] of Object.entries(STATUSES)) {
      for (const method of ['GET', 'HEAD']) {
        const response = await fetch(path, { method });
        expect(response.status, path).to.equal(status);
        expect(response.headers.get('x-before'), `${method} ${path}`).to.equal('host');
        expect(response.headers.get('vary'), `${method} ${path}`).to.match(/X-Host/i);
        expect(response.headers.getSetCookie(), `${method} ${path}`).to.deep.equal(['host=1; Path=/']);
        await response.text();
      }
    }
  }),

  'what middleware sets before goes with a request that is passed on': withAnswers(async ({ fetch }) => {
    const response = await fetch('/nobody');
    expect(response.headers.get('x-before')).to.equal('host');
    expect(response.headers.getSetCookie()).to.deep.equal(['host=1; Path=/']);
  }),

  'a handler may replace what middleware set': withAnswers(async ({ fetch }) => {
    expect((await fetch('/own')).headers.get('x-before')).to.equal('handler');
  }),

  'cookies of middleware and of the handler are all sent': withAnswers(async ({ fetch }) => {
    const cookies = (await fetch('/own')).headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split(';')[0])).to.have.members(['host=1', 'one=1', 'two=2']);
  }),

  'Vary names what middleware and what the handler named': withAnswers(async ({ fetch }) => {
    const names = (await fetch('/own')).headers.get('vary')?.toLowerCase().split(/ *, */);
    expect(names).to.have.members(['x-host', 'x-handler']);
  }),

  'middleware sees afterwards with which status each request was answered': withAnswers(async (served, stage) => {
    const expected: number[] = [];
    for (const [path, status] of [
      ...Object.entries(STATUSES),
      ['/nobody', stage.unmatched === 'next' ? 200 : 404],
    ] as const) {
      await (await served.fetch(path)).text();
      expected.push(status);
      expect(await seenStatuses(served, stage, expected.length), path).to.deep.equal(expected);
    }
  }),

  'middleware comes to its end also when an answer breaks off': withAnswers(async (served, stage) => {
    await brokenOff(served.fetch('/broken'));
    await (await served.fetch('/text')).text();
    // Not every host has its middleware look at what broke off.
    expect(await seenStatuses(served, stage, 1)).to.include(200);
    await served.settle();
  }),
});
