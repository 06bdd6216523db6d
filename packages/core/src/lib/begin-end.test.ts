import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Barrier } from './barrier.test-support.js';
import { type AsyncResult, fromBeginEnd } from './begin-end.js';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { recordingApp, type RecordingApp } from './recording-app.test-support.js';

type Begin = Parameters<typeof fromBeginEnd>[0];

interface Ported extends RecordingApp {
  /** What End was called with. */
  readonly ended: unknown[];
}

function ported(begin: Begin, end: (result: AsyncResult) => unknown = () => 'answer', options = {}): Ported {
  const ended: unknown[] = [];
  const handler = fromBeginEnd(begin, (result) => {
    ended.push(result);
    return end(result);
  });
  return { ended, ...recordingApp([defineHandler('/x', handler)], options) };
}

describe('fromBeginEnd', () => {
  const result: AsyncResult = {};
  const begun: readonly (readonly [what: string, begin: Begin])[] = [
    [
      'calls back later',
      (_context, callback) => {
        setImmediate(callback);
        return result;
      },
    ],
    [
      'calls back before it returns',
      (_context, callback) => {
        callback();
        return result;
      },
    ],
    [
      'calls back both before it returns and later',
      (_context, callback) => {
        callback();
        setImmediate(callback);
        return result;
      },
    ],
    [
      'calls back twice later',
      (_context, callback) => {
        setImmediate(callback);
        setImmediate(callback);
        return result;
      },
    ],
  ];
  for (const [what, begin] of begun) {
    it(`calls End once, with what Begin gave back, when Begin ${what} (aspnet-handlers.md G4)`, async () => {
      const { app, get, ended } = ported(begin);
      expect(await (await get('/x')).text()).to.equal('answer');
      await turn();
      await app.close();
      expect(ended).to.have.length(1);
      expect(ended[0]).to.equal(result);
    });
  }

  const synchronous: readonly (readonly [what: string, begin: Begin])[] = [
    ['never calls back', () => ({ completedSynchronously: true })],
    [
      'calls back before it returns',
      (_context, callback) => {
        callback();
        return { completedSynchronously: true };
      },
    ],
    [
      'calls back later',
      (_context, callback) => {
        setImmediate(callback);
        return { completedSynchronously: true };
      },
    ],
  ];
  for (const [what, begin] of synchronous) {
    it(`calls End once when Begin completed synchronously and ${what} (aspnet-handlers.md G4)`, async () => {
      const { get, ended } = ported(begin);
      expect(await (await get('/x')).text()).to.equal('answer');
      await turn();
      expect(ended).to.deep.equal([{ completedSynchronously: true }]);
    });
  }

  it('calls End only after the callback has come', async () => {
    const work = new Barrier();
    const { get, ended } = ported((_context, callback) => {
      void (async () => {
        await work.passed;
        callback();
      })();
      return result;
    });
    const answer = get('/x');
    await turn();
    expect(ended).to.deep.equal([]);
    work.open();
    expect((await answer).status).to.equal(200);
    expect(ended).to.deep.equal([result]);
  });

  it('makes an error in Begin that of the request, and calls no End, whatever calls back (aspnet-handlers.md G3)', async () => {
    for (const calling of ['never', 'before', 'later'] as const) {
      const error = new Error('broken');
      const { get, errors, ended } = ported((_context, callback) => {
        if (calling === 'before') callback();
        if (calling === 'later') setImmediate(callback);
        throw error;
      });
      expect((await get('/x')).status).to.equal(500);
      await turn();
      expect({ errors, ended }).to.deep.equal({ errors: [error], ended: [] });
    }
  });

  it('makes an error in End that of the request, as it was thrown (aspnet-handlers.md G5)', async () => {
    for (const begin of [...begun, ...synchronous].map(([, one]) => one)) {
      for (const end of [
        (error: Error) => {
          throw error;
        },
        (error: Error) => Promise.reject(error),
      ]) {
        const error = new Error('broken');
        const { get, errors } = ported(begin, () => end(error));
        expect((await get('/x')).status).to.equal(500);
        expect(errors).to.have.length(1);
        expect(errors[0]).to.equal(error);
      }
    }
  });

  for (const nothing of [null, undefined, 7, 'text', false]) {
    it(`refuses a Begin that gives back ${JSON.stringify(nothing)}, whenever it calls back (aspnet-handlers.md G6)`, async () => {
      for (const calling of ['never', 'before', 'later'] as const) {
        const called = new Barrier();
        const { get, errors, ended } = ported((_context, callback) => {
          const call = (): void => {
            callback();
            called.open();
          };
          if (calling === 'before') call();
          else if (calling === 'later') setImmediate(call);
          return nothing as unknown as AsyncResult;
        });
        expect((await get('/x')).status).to.equal(500);
        if (calling !== 'never') await called.passed;
        expect(ended).to.deep.equal([]);
        expect(errors).to.have.length(1);
        expect(errors[0]).to.be.instanceOf(TypeError);
        expect(String(errors[0])).to.include('GET /x').and.include(String(nothing));
      }
    });
  }

  it('waits for an End that is asynchronous, and answers with what it gives', async () => {
    const { get } = ported(
      () => ({ completedSynchronously: true }),
      async () => {
        await turn();
        return { a: 1 };
      },
    );
    expect(await (await get('/x')).json()).to.deep.equal({ a: 1 });
  });

  it('lets Begin write and End write on', async () => {
    let response: HttpContext['response'] | undefined;
    const { get } = ported(
      (context, callback) => {
        ({ response } = context);
        response.write('begun ');
        setImmediate(callback);
        return result;
      },
      () => response?.write('ended'),
    );
    expect(await (await get('/x')).text()).to.equal('begun ended');
  });

  it('gives up on a Begin that never calls back when the time is over (aspnet-handlers.md G6, improved)', async () => {
    const aborted = new Barrier();
    const { get, ended } = ported(
      ({ signal }) => {
        signal.addEventListener('abort', () => aborted.open());
        return result;
      },
      undefined,
      { timeoutMs: 1 },
    );
    expect((await get('/x')).status).to.equal(503);
    await aborted.passed;
    expect(ended).to.deep.equal([]);
  });
});
