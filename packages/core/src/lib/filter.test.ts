import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Barrier } from './barrier.test-support.js';
import { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { Factory } from './decorators/factory.js';
import { Handler } from './decorators/handler.js';
import type { VerbenaError } from './errors.js';
import type { HandlerChoice } from './factory.js';
import type { Filter, FilterFunction, HttpFilter, Next } from './filter.js';
import { HttpException } from './http-exception.js';
import { recordingApp, type RecordingApp } from './recording-app.test-support.js';

/** A handler behind filters. */
function filtered(use: readonly Filter[], answer: (context: HttpContext) => unknown = () => 'answer'): RecordingApp {
  return recordingApp([defineHandler({ path: '/x', name: 'Filtered', use }, (context) => answer(context))]);
}

async function textOf(response: Promise<Response>): Promise<string> {
  return (await response).text();
}

function codesOf(errors: readonly unknown[]): readonly string[] {
  return (errors as VerbenaError[]).map(({ code }) => code);
}

describe('a filter around a generator', () => {
  it('meets what it throws before its first yield', async () => {
    const translating: FilterFunction = async (_context, next) => {
      try {
        return await next();
      } catch (cause) {
        throw new HttpException(409, 'Translated', { cause });
      }
    };
    for (const make of [(value: unknown) => value, async (value: unknown) => value]) {
      const { get, errors } = filtered([translating], () =>
        make(
          (async function* () {
            await turn();
            if (errors.length === 0) throw new Error('broken');
            yield 'never';
          })(),
        ),
      );
      const answer = await get('/x');
      expect([answer.status, ((await answer.json()) as { detail: string }).detail]).to.deep.equal([409, 'Translated']);
      expect(errors).to.deep.equal([]);
    }
  });

  it('finds the head as it was set before its first yield, and may still change it', async () => {
    const stamping: FilterFunction = async ({ response }, next) => {
      const value = await next();
      response.headers.set('x-status', response.status);
      return value;
    };
    const { get } = filtered([stamping], async function* ({ response }) {
      await turn();
      response.status = 203;
      yield 'a';
      yield 'b';
    });
    const answer = await get('/x');
    expect([answer.status, answer.headers.get('x-status'), await answer.text()]).to.deep.equal([203, '203', 'ab']);
  });

  it('may put a generator of its own around it, which may set the head as well', async () => {
    const shouting: FilterFunction = async ({ response }, next) => {
      const pieces = (await next()) as AsyncIterable<string>;
      return (async function* () {
        response.headers.set('x-shouted', '1');
        for await (const piece of pieces) yield piece.toUpperCase();
      })();
    };
    const stopped = new Barrier();
    const { get, errors } = filtered([shouting], async function* ({ request, response }) {
      try {
        response.status = 203;
        yield '<a>';
        yield 'b';
        if (request.query.has('endless')) for (;;) yield 'c';
      } finally {
        stopped.open();
      }
    });
    const answer = await get('/x');
    expect([answer.status, answer.headers.get('x-shouted'), answer.headers.get('content-type')]).to.deep.equal([
      203,
      '1',
      'text/html; charset=utf-8',
    ]);
    expect(await answer.text()).to.equal('<A>B');
    const reader = (await get('/x?endless')).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await stopped.passed;
    expect(errors).to.deep.equal([]);
  });

  it('may answer with something else: it is stopped then', async () => {
    const stopped = new Barrier();
    const replacing: FilterFunction = async (_context, next) => {
      await next();
      return 'other';
    };
    const { app, get, errors } = filtered([replacing], async function* () {
      try {
        yield 'a';
      } finally {
        stopped.open();
      }
    });
    expect(await textOf(get('/x'))).to.equal('other');
    await stopped.passed;
    await app.close();
    expect(errors).to.deep.equal([]);
  });

  it('holds its asynchronous context up to the first yield', async () => {
    const storage = new AsyncLocalStorage<string>();
    const { get } = filtered([(_context, next) => storage.run('inside', next)], async function* () {
      await turn();
      yield storage.getStore() ?? 'outside';
    });
    expect(await textOf(get('/x'))).to.equal('inside');
  });
});

describe('a filter', () => {
  it('wraps the handler: those of the application outermost, then of the mapping, then of the class a factory chose', async () => {
    const log: string[] = [];
    const noting =
      (name: string): FilterFunction =>
      async (_context, next) => {
        log.push(`> ${name}`);
        const value = await next();
        log.push(`< ${name}`);
        return value;
      };
    @Handler({ use: [noting('chosen')] })
    class Chosen {
      processRequest(): string {
        log.push('handler');
        return 'answer';
      }
    }
    @Factory({ path: '/x', use: [noting('mapping 1'), noting('mapping 2')] })
    class Choosing {
      getHandler(): HandlerChoice {
        return Chosen;
      }
    }
    const { get } = recordingApp([Choosing], { use: [noting('app')] });
    expect(await textOf(get('/x'))).to.equal('answer');
    expect(log).to.deep.equal([
      '> app',
      '> mapping 1',
      '> mapping 2',
      '> chosen',
      'handler',
      '< chosen',
      '< mapping 2',
      '< mapping 1',
      '< app',
    ]);
  });

  it('may answer in place of the handler, which then does not run', async () => {
    let ran = false;
    const answering: readonly (readonly [filter: FilterFunction, status: number, text: string])[] = [
      [() => 'own', 200, 'own'],
      [async () => ({ own: true }), 200, '{"own":true}'],
      [({ response }) => response.write('written'), 200, 'written'],
      [() => {}, 204, ''],
      [({ response }) => response.redirect('/login'), 302, ''],
      [({ response }) => response.end('ended'), 200, 'ended'],
    ];
    for (const [filter, status, text] of answering) {
      const { get, errors } = filtered([filter], () => (ran = true));
      const answer = await get('/x');
      expect([answer.status, await answer.text()]).to.deep.equal([status, text]);
      expect(errors).to.deep.equal([]);
    }
    expect(ran).to.equal(false);
  });

  it('may change what the handler returned, at once or later', async () => {
    expect(await textOf(filtered([async (_context, next) => `<${String(await next())}>`]).get('/x'))).to.equal(
      '<answer>',
    );
    expect(await textOf(filtered([async (_context, next) => void (await next())]).get('/x'))).to.equal('');
    expect(await textOf(filtered([(_context, next) => next()]).get('/x'))).to.equal('answer');
    const twice: Filter = async (_context, next) => String(await next()).repeat(2);
    expect(await textOf(filtered([twice, twice]).get('/x'))).to.equal('answer'.repeat(4));
  });

  it('sees what the handler threw and may answer instead, or throw something else', async () => {
    const fail = (): never => {
      throw new Error('broken');
    };
    const mending: Filter = async (_context, next) => next().catch((error: unknown) => `mended ${String(error)}`);
    const mended = filtered([mending], fail);
    expect(await textOf(mended.get('/x'))).to.equal('mended Error: broken');
    expect(mended.errors).to.deep.equal([]);
    const translating: Filter = async (_context, next) =>
      next().catch((cause: unknown) => {
        throw new HttpException(409, 'taken', { cause });
      });
    const translated = filtered([translating], fail);
    expect((await translated.get('/x')).status).to.equal(409);
    expect(translated.errors).to.deep.equal([]);
  });

  it('that fails, before or after the handler, is an error of the request', async () => {
    const failing: readonly FilterFunction[] = [
      () => {
        throw new Error('broken');
      },
      () => Promise.reject(new Error('broken')),
      async (_context, next) => {
        await next();
        throw new Error('broken');
      },
    ];
    for (const filter of failing) {
      const { get, errors } = filtered([filter]);
      expect((await get('/x')).status).to.equal(500);
      expect(errors.map(String)).to.deep.equal(['Error: broken']);
    }
  });

  it('that calls next() twice gets an error with code next-repeated, and the handler runs once', async () => {
    let runs = 0;
    const greedy: readonly FilterFunction[] = [
      async (_context, next) => {
        await next();
        return next();
      },
      async (_context, next) => Promise.all([next(), next()]),
    ];
    for (const filter of greedy) {
      runs = 0;
      const { get, errors } = filtered([filter], () => {
        runs += 1;
      });
      expect((await get('/x')).status).to.equal(500);
      expect(runs).to.equal(1);
      expect(codesOf(errors)).to.deep.equal(['next-repeated']);
      expect(String(errors[0])).to.include('GET /x');
    }
  });

  it('that calls next() after the response has ended gets an error with code response-ended', async () => {
    let ran = false;
    const ending: FilterFunction = ({ response }, next) => {
      response.end('ended');
      return next();
    };
    const { get, errors } = filtered([ending], () => (ran = true));
    expect(await textOf(get('/x'))).to.equal('ended');
    expect(ran).to.equal(false);
    expect(codesOf(errors)).to.deep.equal(['response-ended']);
  });

  it('that calls next() when the request is over does not wake the handler, which has been given back', async () => {
    const late = new Barrier<Next>();
    let ran = false;
    const { app, get } = filtered([(_context, next) => late.open(next)], () => (ran = true));
    expect((await get('/x')).status).to.equal(204);
    await app.close();
    const error: unknown = await (await late.passed)().catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'response-ended');
    expect(ran).to.equal(false);
  });

  it('that does not wait for the handler does not have it given back while it works', async () => {
    const go = new Barrier();
    const log: string[] = [];
    let built = 0;
    @Handler({ path: '/x', use: [(_context, next) => void next()] })
    class Working {
      readonly isReusable = true;
      readonly number = ++built;
      async processRequest(): Promise<void> {
        log.push(`begins ${this.number}`);
        await go.passed;
        log.push(`ends ${this.number}`);
      }
      reset(): void {
        log.push(`given back ${this.number}`);
      }
    }
    const { app, get } = recordingApp([Working]);
    expect((await get('/x')).status).to.equal(204);
    expect((await get('/x')).status).to.equal(204);
    expect(log).to.deep.equal(['begins 1', 'begins 2']);
    go.open();
    await turn();
    expect(log.slice(2).toSorted()).to.deep.equal(['ends 1', 'ends 2', 'given back 1', 'given back 2']);
    await app.close();
  });

  it('has a promise of another library that the handler returns waited for once', async () => {
    let asked = 0;
    const lazy = {
      // a query of a database library, run when it is awaited
      then: (resolve: (value: string) => void) => {
        asked += 1;
        setImmediate(resolve, 'rows');
      },
    };
    for (const use of [[], [((_context, next) => next()) as FilterFunction]]) {
      asked = 0;
      expect(await textOf(filtered(use, () => lazy).get('/x'))).to.equal('rows');
      expect(asked).to.equal(1);
    }
  });

  it('sees the handler, the params and the mapping, and may leave things in items', async () => {
    const seen: unknown[] = [];
    class Seen {
      processRequest({ items }: HttpContext): string {
        return String(items.get('left'));
      }
    }
    const looking: Filter = ({ handler, request, mapping, items }, next) => {
      seen.push(handler instanceof Seen, request.params['id'], mapping.name);
      items.set('left', 'found');
      return next();
    };
    Handler({ path: '/see/:id', name: 'Seeing', use: [looking] })(Seen);
    const { get } = recordingApp([Seen]);
    expect(await textOf(get('/see/7'))).to.equal('found');
    expect(seen).to.deep.equal([true, '7', 'Seeing']);
  });

  it('is not run for paths and verbs nobody takes, nor where a factory has no handler', async () => {
    let runs = 0;
    @Factory('/nothing')
    class Nothing {
      getHandler(): HandlerChoice {
        return undefined;
      }
    }
    const { get } = recordingApp([Nothing, defineHandler('GET /x', () => 'answer')], {
      use: [
        (_context, next) => {
          runs += 1;
          return next();
        },
      ],
    });
    const answers = [get('/nowhere'), get('/x', { method: 'POST' }), get('/nothing'), get('/x', { method: 'OPTIONS' })];
    expect((await Promise.all(answers)).map(({ status }) => status)).to.deep.equal([404, 405, 404, 204]);
    expect(runs).to.equal(0);
  });
});

describe('a filter class', () => {
  it('is built by injection for each request, with its context, and disposed with it', async () => {
    const log: string[] = [];
    class Clock {
      now(): string {
        return 'noon';
      }
    }
    class Stamp implements HttpFilter {
      static readonly inject = [HttpContext, Clock] as const;
      constructor(
        private readonly context: HttpContext,
        private readonly clock: Clock,
      ) {
        log.push('built');
      }
      async filter(context: HttpContext, next: Next): Promise<unknown> {
        expect(context).to.equal(this.context);
        return `${this.clock.now()} ${String(await next())}`;
      }
      dispose(): void {
        log.push('disposed');
      }
    }
    const { app, get } = filtered([Stamp]);
    expect(await textOf(get('/x'))).to.equal('noon answer');
    expect(await textOf(get('/x'))).to.equal('noon answer');
    await app.close();
    expect(log).to.deep.equal(['built', 'disposed', 'built', 'disposed']);
  });

  it('shares with the handler what belongs to the request', async () => {
    class Adding implements HttpFilter {
      filter({ items }: HttpContext, next: Next): Promise<unknown> {
        items.set('who', 'filter');
        return next();
      }
    }
    const { get } = filtered([Adding], ({ items }) => items.get('who'));
    expect(await textOf(get('/x'))).to.equal('filter');
  });

  it('whose constructor throws is an error of the request', async () => {
    class Broken implements HttpFilter {
      constructor() {
        throw new Error('broken');
      }
      filter(_context: HttpContext, next: Next): Promise<unknown> {
        return next();
      }
    }
    const { get, errors } = filtered([Broken]);
    expect((await get('/x')).status).to.equal(500);
    expect(errors.map(String)).to.deep.equal(['Error: broken']);
  });
});

describe('a filter that does not wait for the handler', () => {
  it('has its failure reported all the same, and nothing else comes of it', async () => {
    const answered = new Barrier();
    const failing = async (): Promise<never> => {
      await answered.passed;
      throw new Error('late');
    };
    const hasty: FilterFunction = (_context, next) => {
      void next();
      return 'early';
    };
    const { app, get, errors } = filtered([hasty], failing);
    expect(await textOf(get('/x'))).to.equal('early');
    answered.open();
    await app.close();
    expect(errors.map(String)).to.deep.equal(['Error: late']);
  });

  const hasty: Readonly<Record<string, FilterFunction>> = {
    'that answers at once': (_context, next) => {
      void next();
      return 'early';
    },
    'that answers later': async (_context, next) => {
      void next();
      await turn();
      return 'early';
    },
    'around another that does not': async (_context, next) => {
      await next();
      return 'early';
    },
  };
  const failing: Readonly<Record<string, () => unknown>> = {
    'at once': () => {
      throw new Error('unheard');
    },
    'in a promise': () => Promise.reject(new Error('unheard')),
    'in a generator': async function* (): AsyncGenerator<string> {
      yield await Promise.reject(new Error('unheard'));
    },
  };
  for (const [which, filter] of Object.entries(hasty)) {
    for (const [how, act] of Object.entries(failing)) {
      it(`has what fails ${how} reported once: one ${which}`, async () => {
        const inner = hasty['that answers at once'] as FilterFunction;
        const { app, get, errors } = filtered(which.startsWith('around') ? [filter, inner] : [filter], act);
        expect(await textOf(get('/x'))).to.equal('early');
        await app.close();
        expect(errors.map(String)).to.deep.equal(['Error: unheard']);
      });
    }
  }

  const hearing: Readonly<Record<string, FilterFunction>> = {
    'by a catch': (_context, next) => next().catch(() => 'heard'),
    'after something else': async (_context, next) => {
      const rest = next();
      await turn();
      return rest.then(undefined, () => 'heard');
    },
    'beside what it waits for': (_context, next) => {
      next().catch(() => {});
      return 'heard';
    },
  };
  for (const [how, filter] of Object.entries(hearing)) {
    it(`and hears of its failure ${how} has nothing reported`, async () => {
      for (const act of Object.values(failing)) {
        const { app, get, errors } = filtered([filter], act);
        expect(await textOf(get('/x'))).to.equal('heard');
        await app.close();
        expect(errors).to.deep.equal([]);
      }
    });
  }
});
