import { expect } from 'chai';
import { defineHandler, Handler, type HttpContext, type HttpHandler } from '@verbena/core';
import { aborted } from '../aborted.js';
import { Barrier } from '../barrier.js';
import { type Behaviour, behavioursOf } from '../behaviour.js';
import { BodyReader } from '../body-reader.js';
import { STORE_FAILURE } from '../counting-store.js';
import { problemIn } from '../problem-details.js';
import { brokenOff, rejectionOf } from '../rejection.js';
import { Visitor } from '../visitor.js';
import { watchFactory } from '../watched-factory.js';

const count = defineHandler({ path: '/count', session: 'required' }, ({ session }: HttpContext) => {
  const visits = Number(session.get('visits') ?? 0) + 1;
  session.set('visits', visits);
  return String(visits);
});
const read = defineHandler({ path: '/read', session: 'readonly' }, ({ session }: HttpContext) =>
  String(session.get('visits') ?? 'none'),
);
const identify = defineHandler({ path: '/id', session: 'readonly' }, ({ session }: HttpContext) => [
  session.id,
  session.isNew,
]);
const plain = defineHandler('/plain', () => 'plain');

/** Sessions: by whom they are touched, kept, waited for and ended. */
export const sessions: readonly Behaviour[] = behavioursOf('sessions', {
  'a handler that declares no session touches neither store nor cookie': async (stage) => {
    const served = await stage.serve([plain, count]);
    const visitor = new Visitor(served);
    expect((await visitor.fetch('/plain')).headers.getSetCookie()).to.deep.equal([]);
    expect(served.store.accesses).to.equal(0);
    await visitor.text('/count');
    const before = served.store.accesses;
    expect((await visitor.fetch('/plain')).headers.getSetCookie()).to.deep.equal([]);
    expect(served.store.accesses).to.equal(before);
  },

  'a required session lasts from request to request': async (stage) => {
    const visitor = new Visitor(await stage.serve([count]));
    for (const expected of ['1', '2', '3']) expect(await visitor.text('/count')).to.equal(expected);
  },

  'each client has its own session': async (stage) => {
    const served = await stage.serve([count]);
    const [one, other] = [new Visitor(served), new Visitor(served)];
    expect([await one.text('/count'), await one.text('/count'), await other.text('/count')]).to.deep.equal([
      '1',
      '2',
      '1',
    ]);
  },

  'the cookie of a session is kept from scripts and from other sites': async (stage) => {
    const { fetch, isSecure } = await stage.serve([count]);
    const [line = '', ...more] = (await fetch('/count')).headers.getSetCookie();
    expect(more).to.deep.equal([]);
    const attributes = line.toLowerCase().split(/;\s*/);
    expect(attributes).to.include.members(['path=/', 'httponly', 'samesite=lax']);
    expect(attributes.includes('secure'), 'over TLS, and over nothing else').to.equal(isSecure);
    expect(line, 'of the session itself').not.to.include('visits');
  },

  'a session that is only looked at is neither stored nor given a cookie': async (stage) => {
    const { fetch, store } = await stage.serve([
      read,
      defineHandler({ path: '/look', session: 'required' }, ({ session }: HttpContext) => [
        session.isNew,
        session.keys(),
      ]),
    ]);
    for (const path of ['/read', '/look']) expect((await fetch(path)).headers.getSetCookie()).to.deep.equal([]);
    expect(await (await fetch('/look')).json()).to.deep.equal([true, []]);
    expect(store.writes).to.equal(0);
  },

  'a session that is used and not changed is not stored again': async (stage) => {
    const served = await stage.serve([
      count,
      defineHandler({ path: '/look', session: 'required' }, ({ session }: HttpContext) => session.keys()),
    ]);
    const visitor = new Visitor(served);
    await visitor.text('/count');
    const before = served.store.writes;
    const response = await visitor.fetch('/look');
    expect(await response.json()).to.deep.equal(['visits']);
    expect(response.headers.getSetCookie()).to.deep.equal([]);
    expect(served.store.writes).to.equal(before);
  },

  'a session keeps values of every name and kind that JSON knows': async (stage) => {
    const values: readonly (readonly [name: string, value: unknown])[] = [
      ['isNew', 'a name that libraries use'],
      ['maxAge', 1],
      ['save', null],
      ['_private', { deep: ['ü', 1.5, true, {}] }],
      ['toJSON', 'x'],
      ['views', 0],
      ...['_expire', 'cookie', 'sessionId', 'values', 'length', '__proto__', 'constructor'].map(
        (name) => [name, name] as const,
      ),
    ];
    const visitor = new Visitor(
      await stage.serve([
        defineHandler({ path: '/set', session: 'required' }, ({ session }: HttpContext) => {
          for (const [name, value] of values) session.set(name, value);
          return 'set';
        }),
        defineHandler({ path: '/get', session: 'readonly' }, ({ session }: HttpContext) =>
          session.keys().map((key) => [key, session.get(key)]),
        ),
      ]),
    );
    await visitor.text('/set');
    expect(JSON.parse(await visitor.text('/get'))).to.have.deep.members(values);
  },

  'a value deleted from a session is gone': async (stage) => {
    const visitor = new Visitor(
      await stage.serve([
        count,
        read,
        defineHandler({ path: '/delete', session: 'required' }, ({ session }: HttpContext) =>
          String(session.delete('visits')),
        ),
      ]),
    );
    await visitor.text('/count');
    expect(await visitor.text('/delete')).to.equal('true');
    expect(await visitor.text('/read')).to.equal('none');
  },

  '50 requests at once that count in one session count to 50': async (stage) => {
    const everybodyIsThere = new Barrier();
    let arrived = 0;
    @Handler({ session: 'required' })
    class Counter implements HttpHandler {
      async processRequest({ session }: HttpContext): Promise<string> {
        const visits = Number(session.get('visits') ?? 0);
        await everybodyIsThere.opened;
        session.set('visits', visits + 1);
        return 'counted';
      }
    }
    const counting = watchFactory('/crowd', () => {
      arrived += 1;
      if (arrived === 49) everybodyIsThere.open();
      return Counter;
    });
    const visitor = new Visitor(await stage.serve([count, read, counting.type]));
    await visitor.text('/count');
    await Promise.all(Array.from({ length: 49 }, () => visitor.text('/crowd')));
    expect(await visitor.text('/read')).to.equal('50');
  },

  'a reader does not wait for a writer, and sees what was there before it': async (stage) => {
    const entered = new Barrier();
    const goOn = new Barrier();
    const visitor = new Visitor(
      await stage.serve([
        count,
        read,
        defineHandler({ path: '/slow', session: 'required' }, async ({ session }: HttpContext) => {
          session.set('visits', 100);
          entered.open();
          await goOn.opened;
          return 'slow';
        }),
      ]),
    );
    await visitor.text('/count');
    const slow = visitor.text('/slow');
    await stage.within(entered.opened, 'the writer to be called');
    expect(await visitor.text('/read')).to.equal('1');
    goOn.open();
    await slow;
    expect(await visitor.text('/read')).to.equal('100');
  },

  'writing in a session that is only for reading is refused, and leaves it as it was': async (stage) => {
    const served = await stage.serve([
      count,
      read,
      defineHandler({ path: '/write', session: 'readonly' }, ({ session }: HttpContext) => session.set('visits', 9)),
    ]);
    const visitor = new Visitor(served);
    await visitor.text('/count');
    await problemIn(await visitor.fetch('/write'), 500);
    expect(served.reported[0]).to.have.property('code', 'session-read-only');
    expect(await visitor.text('/read')).to.equal('1');
  },

  'using a session without declaring one is refused': async (stage) => {
    const { fetch, reported } = await stage.serve([
      defineHandler('GET /', ({ session }: HttpContext) => String(session.get('visits'))),
    ]);
    await problemIn(await fetch('/'), 500);
    expect(reported[0]).to.have.property('code', 'session-undeclared');
  },

  'release() saves, and lets the next request of the session begin': async (stage) => {
    const released = new Barrier();
    const goOn = new Barrier();
    const visitor = new Visitor(
      await stage.serve([
        count,
        defineHandler({ path: '/early', session: 'required' }, async ({ session }: HttpContext) => {
          session.set('visits', 10);
          await session.release();
          released.open();
          await goOn.opened;
          return 'early';
        }),
      ]),
    );
    await visitor.text('/count');
    const early = visitor.text('/early');
    await stage.within(released.opened, 'the session to be released');
    expect(await visitor.text('/count')).to.equal('11');
    goOn.open();
    expect(await early).to.equal('early');
    expect(await visitor.text('/count')).to.equal('12');
  },

  'regenerate() changes the identity, keeps the values, and ends the old identity': async (stage) => {
    const served = await stage.serve([
      count,
      read,
      identify,
      defineHandler({ path: '/sign-in', session: 'required' }, async ({ session }: HttpContext) => {
        await session.regenerate();
        return session.id;
      }),
    ]);
    const visitor = new Visitor(served);
    await visitor.text('/count');
    const [before] = JSON.parse(await visitor.text('/id')) as [string];
    const thief = new Visitor(served);
    for (const [name, value] of visitor.cookies) thief.cookies.set(name, value);
    const after = await visitor.text('/sign-in');
    expect(after).not.to.equal(before);
    expect(JSON.parse(await visitor.text('/id'))).to.deep.equal([after, false]);
    expect(await visitor.text('/read')).to.equal('1');
    expect(await thief.text('/read')).to.equal('none');
    expect(served.store.size).to.equal(1);
  },

  'abandon() destroys the session and withdraws its cookie': async (stage) => {
    const served = await stage.serve([
      count,
      defineHandler({ path: '/sign-out', session: 'required' }, async ({ session }: HttpContext) => {
        await session.abandon();
      }),
    ]);
    const visitor = new Visitor(served);
    await visitor.text('/count');
    expect((await visitor.fetch('/sign-out')).status).to.equal(204);
    expect(served.store.size).to.equal(0);
    expect(visitor.cookies.size).to.equal(0);
    expect(await visitor.text('/count')).to.equal('1');
  },

  'abandon() after a flush destroys the session, whose cookie can no longer be withdrawn': async (stage) => {
    const served = await stage.serve([
      count,
      defineHandler({ path: '/sign-out', session: 'required' }, async ({ session, response }: HttpContext) => {
        response.write('bye');
        await response.flush();
        await session.abandon();
      }),
    ]);
    const visitor = new Visitor(served);
    await visitor.text('/count');
    expect(await visitor.text('/sign-out')).to.equal('bye');
    expect(served.store.size).to.equal(0);
    expect(served.reported).to.deep.equal([]);
    expect(await visitor.text('/count')).to.equal('1');
  },

  'an identity that the client made up is not taken over, and leads to nothing else in the store': async (stage) => {
    const served = await stage.serve([count]);
    const honest = new Visitor(served);
    await honest.text('/count');
    const [name = ''] = honest.cookies.keys();
    // Another part of a program may keep something there.
    await served.store.set('user:1', { values: { visits: 41 }, visits: 41 });
    for (const identity of ['made-up', crypto.randomUUID(), 'user:1', '__proto__', 'x'.repeat(1000)]) {
      const forger = new Visitor(served);
      forger.cookies.set(name, identity);
      expect(await forger.text('/count'), identity.slice(0, 50)).to.equal('1');
      expect(forger.cookies.get(name)).to.be.a('string').and.not.equal(identity);
    }
  },

  'a store that fails gives 500, is reported once, and lets the next request of the session begin': async (stage) => {
    const required = { session: 'required' } as const;
    const served = await stage.serve([
      count,
      read,
      defineHandler({ path: '/sign-in', ...required }, ({ session }: HttpContext) => session.regenerate()),
      defineHandler({ path: '/sign-out', ...required }, ({ session }: HttpContext) => session.abandon()),
    ]);
    for (const [call, path] of [
      ['get', '/count'],
      ['get', '/read'],
      ['set', '/count'],
      ['set', '/sign-in'],
      ['delete', '/sign-in'],
      ['delete', '/sign-out'],
    ] as const) {
      const visitor = new Visitor(served);
      await visitor.text('/count');
      const cookies = [...visitor.cookies];
      served.reported.length = 0;
      served.store.failing = call;
      const response = await visitor.fetch(path);
      served.store.failing = undefined;
      const problem = await problemIn(response, 500);
      expect(JSON.stringify(problem), `${path}, whose ${call}() fails`).to.not.include(STORE_FAILURE);
      expect(served.reported.map(String), `${path}, whose ${call}() fails`).to.deep.equal([`Error: ${STORE_FAILURE}`]);
      for (const [name, value] of cookies) visitor.cookies.set(name, value);
      expect((await visitor.fetch('/count')).status, `after ${path}, whose ${call}() failed`).to.equal(200);
    }
  },

  'nothing is saved of a request that failed': async (stage) => {
    const visitor = new Visitor(
      await stage.serve([
        count,
        read,
        defineHandler({ path: '/fail', session: 'required' }, async ({ session }: HttpContext) => {
          session.set('visits', 100);
          throw new Error('fault');
        }),
      ]),
    );
    await visitor.text('/count');
    await problemIn(await visitor.fetch('/fail'), 500);
    expect(await visitor.text('/read')).to.equal('1');
    expect(await visitor.text('/count')).to.equal('2');
  },

  'a handler whose time is over saves nothing, and lets the next request of the session begin': async (stage) => {
    const visitor = new Visitor(
      await stage.serve([
        count,
        defineHandler(
          { path: '/late', session: 'required', timeoutMs: 20 },
          async ({ session, signal }: HttpContext) => {
            session.set('visits', 100);
            await aborted(signal);
          },
        ),
      ]),
    );
    await visitor.text('/count');
    await problemIn(await visitor.fetch('/late'), 503);
    expect(await visitor.text('/count')).to.equal('2');
  },

  'a session that was changed before a flush goes with the stream, and is saved': async (stage) => {
    const goOn = new Barrier();
    const visitor = new Visitor(
      await stage.serve([
        read,
        defineHandler({ path: '/stream', session: 'required' }, async ({ session, response }: HttpContext) => {
          session.set('visits', 7);
          response.write('one ');
          await response.flush();
          await goOn.opened;
          response.write('two');
        }),
      ]),
    );
    const reader = new BodyReader(await visitor.fetch('/stream'));
    await reader.until('one ');
    expect(visitor.cookies.size).to.equal(1);
    expect(await visitor.text('/read')).to.equal('7');
    goOn.open();
    expect(await reader.end()).to.equal('one two');
  },

  'what a generator does to its session before its first piece is saved before it is sent': async (stage) => {
    const goOn = new Barrier();
    const visitor = new Visitor(
      await stage.serve([
        read,
        defineHandler({ path: '/stream', session: 'required' }, async function* ({ session }: HttpContext) {
          session.set('visits', 7);
          yield 'one ';
          await goOn.opened;
          yield 'two';
        }),
      ]),
    );
    const reader = new BodyReader(await visitor.fetch('/stream'));
    await reader.until('one ');
    expect(await visitor.text('/read')).to.equal('7');
    goOn.open();
    expect(await reader.end()).to.equal('one two');
  },

  'a known session that is changed after a flush is saved': async (stage) => {
    const served = await stage.serve([
      count,
      defineHandler({ path: '/stream', session: 'required' }, async ({ session, response }: HttpContext) => {
        await response.flush();
        session.set('visits', 7);
        response.write('done');
      }),
    ]);
    const visitor = new Visitor(served);
    await visitor.text('/count');
    expect(await visitor.text('/stream')).to.equal('done');
    expect(await visitor.text('/count')).to.equal('8');
    expect(served.reported).to.deep.equal([]);
  },

  'a new session cannot begin after a flush': async (stage) => {
    const { fetch, reported } = await stage.serve([
      defineHandler({ path: '/', session: 'required' }, async ({ session, response }: HttpContext) => {
        response.write('one');
        await response.flush();
        session.set('visits', 7);
      }),
    ]);
    await brokenOff(fetch('/'));
    expect(reported[0]).to.have.property('code', 'session-late');
  },

  'a session goes with a redirect, a Response and an answer without content': async (stage) => {
    const required = { session: 'required' } as const;
    const served = await stage.serve([
      defineHandler({ path: '/redirect', ...required }, ({ session, response }: HttpContext) => {
        session.set('visits', 1);
        response.redirect('/');
      }),
      defineHandler({ path: '/response', ...required }, ({ session }: HttpContext) => {
        session.set('visits', 1);
        return new Response('whole', { headers: { 'set-cookie': 'other=1' } });
      }),
      defineHandler({ path: '/nothing', ...required }, ({ session }: HttpContext) => session.set('visits', 1)),
      read,
    ]);
    for (const path of ['/redirect', '/response', '/nothing']) {
      const visitor = new Visitor(served);
      await visitor.fetch(path);
      expect(await visitor.text('/read'), path).to.equal('1');
      expect(visitor.cookies.get('other'), path).to.equal(path === '/response' ? '1' : undefined);
    }
  },

  'a client that leaves while it waits for its turn keeps nobody waiting': async (stage) => {
    const entered = new Barrier();
    const goOn = new Barrier();
    const arrived = new Barrier();
    @Handler({ session: 'required' })
    class Waiting implements HttpHandler {
      processRequest(): string {
        return 'never reached';
      }
    }
    const waiting = watchFactory('/wait', () => {
      arrived.open();
      return Waiting;
    });
    const served = await stage.serve([
      count,
      plain,
      waiting.type,
      defineHandler({ path: '/slow', session: 'required' }, async () => {
        entered.open();
        await goOn.opened;
        return 'slow';
      }),
    ]);
    const visitor = new Visitor(served);
    await visitor.text('/count');
    const slow = visitor.text('/slow');
    await stage.within(entered.opened, 'the first request to be handled');
    const leaving = new AbortController();
    const left = rejectionOf(visitor.fetch('/wait', { signal: leaving.signal }), 'The request');
    await stage.within(arrived.opened, 'the second request to arrive');
    const third = visitor.text('/count');
    leaving.abort();
    await left;
    await stage.within(waiting.firstRelease, 'the handler of the client that left to be given back');
    goOn.open();
    expect(await slow).to.equal('slow');
    expect(await stage.within(third, 'the turn of the third request')).to.equal('2');
    expect(served.reported).to.deep.equal([]);
  },

  'two applications do not know the sessions of each other': async (stage) => {
    const [one, other] = [await stage.serve([count]), await stage.serve([count])];
    const visitor = new Visitor(one);
    await visitor.text('/count');
    const abroad = new Visitor(other);
    for (const [name, value] of visitor.cookies) abroad.cookies.set(name, value);
    expect(await abroad.text('/count')).to.equal('1');
    expect(await visitor.text('/count')).to.equal('2');
    expect([one.store.size, other.store.size]).to.deep.equal([1, 1]);
  },
});
