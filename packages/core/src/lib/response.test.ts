import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { Barrier } from './barrier.test-support.js';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import type { VerbenaError } from './errors.js';
import type { Filter } from './filter.js';
import { causeOf, recordingApp, type RecordingApp } from './recording-app.test-support.js';
import type { HttpResponse } from './response.js';

function answering(answer: (context: HttpContext) => unknown, options = {}): RecordingApp {
  return recordingApp([defineHandler({ path: '/x', name: 'Answering' }, (context) => answer(context))], options);
}

/** What the response's member does to a fresh response, outside a running application's concerns. */
async function attempt(act: (response: HttpResponse) => unknown): Promise<{ error: unknown; answer: Response }> {
  let error: unknown;
  const { get } = answering(({ response }) => {
    try {
      act(response);
    } catch (thrown) {
      error = thrown;
    }
  });
  const answer = await get('/x');
  return { error, answer };
}

function codesOf(errors: readonly unknown[]): readonly string[] {
  return (errors as VerbenaError[]).map(({ code }) => code);
}

/** Splits what arrives into the texts the reader got, one read each. */
async function readOne(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string | undefined> {
  const { value } = await reader.read();
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

/** Any text with something in it that must never come onto the wire as it is. */
const hostileText = fc
  .tuple(fc.string(), fc.constantFrom('\r', '\n', '\r\n', '\0', '\r\nset-cookie: evil=1', '\u2028\n'), fc.string())
  .map((parts) => parts.join(''));

function wireLines(answer: Response): readonly string[] {
  return [...answer.headers].flat();
}

describe('HttpResponse', () => {
  describe('status', () => {
    it('is 200 unless set', async () => {
      const { get } = answering(({ response }) => response.write(String(response.status)));
      const answer = await get('/x');
      expect([answer.status, await answer.text()]).to.deep.equal([200, '200']);
    });

    for (const status of [200, 201, 299, 304, 418, 599]) {
      it(`takes ${status}`, async () => {
        const { error, answer } = await attempt((response) => {
          response.status = status;
        });
        expect(error).to.equal(undefined);
        expect(answer.status).to.equal(status);
      });
    }

    for (const status of [0, 100, 101, 199, 600, 999, 200.5, Number.NaN, Number.POSITIVE_INFINITY, '200', null]) {
      it(`refuses ${JSON.stringify(status)}`, async () => {
        const { error } = await attempt((response) => {
          response.status = status as number;
        });
        expect(error).to.be.instanceOf(RangeError);
        expect(String(error)).to.include('from 200 to 599');
      });
    }
  });

  describe('type', () => {
    const types: readonly (readonly [set: string, sent: string])[] = [
      ['html', 'text/html; charset=utf-8'],
      ['text', 'text/plain; charset=utf-8'],
      ['json', 'application/json'],
      ['xml', 'application/xml; charset=utf-8'],
      ['text/css', 'text/css; charset=utf-8'],
      ['text/plain; charset=latin1', 'text/plain; charset=latin1'],
      ['image/png', 'image/png'],
    ];
    for (const [set, expected] of types) {
      it(`sends ${set} as ${expected}`, async () => {
        const { answer } = await attempt((response) => {
          response.type = set;
          response.write('x');
        });
        expect(answer.headers.get('content-type')).to.equal(expected);
      });
    }

    it('is null before it is set', async () => {
      const { answer } = await attempt((response) => response.write(String(response.type)));
      expect(await answer.text()).to.equal('null');
    });
  });

  describe('write', () => {
    it('sends nothing before the handler has ended (aspnet-handlers.md I1)', async () => {
      const go = new Barrier();
      const { get } = answering(async ({ response }) => {
        response.write('a');
        await go.passed;
        response.write(Uint8Array.of(0xe4));
        response.write('b');
      });
      const answer = get('/x');
      expect(await Promise.race([answer, turn('nothing yet')])).to.equal('nothing yet');
      go.open();
      const bytes = Buffer.from(await (await answer).arrayBuffer());
      expect([...bytes]).to.deep.equal([97, 0xe4, 98]);
      expect((await answer).headers.get('content-length')).to.equal('3');
    });

    it('takes its type from the first piece that is not empty', async () => {
      for (const flush of [false, true]) {
        const { get } = answering(async ({ response }) => {
          response.write('');
          response.write('<p>');
          if (flush) await response.flush();
        });
        expect((await get('/x')).headers.get('content-type')).to.equal('text/html; charset=utf-8');
      }
    });

    for (const chunk of [undefined, null, 7, { a: 1 }, [1], new ArrayBuffer(1)]) {
      it(`refuses ${chunk === undefined ? 'undefined' : JSON.stringify(chunk)}, also after a flush`, async () => {
        const errors: unknown[] = [];
        const { get } = answering(async ({ response }) => {
          for (let times = 0; times < 2; times += 1) {
            try {
              response.write(chunk as never);
            } catch (error) {
              errors.push(error);
            }
            await response.flush();
          }
        });
        await (await get('/x')).text();
        expect(errors).to.have.length(2);
        for (const error of errors) expect(error).to.be.instanceOf(TypeError);
      });
    }
  });

  describe('flush', () => {
    it('sends status, headers and what was written; later pieces go out as they are written (aspnet-handlers.md I2)', async () => {
      const go = new Barrier();
      const { app, get } = answering(async ({ response }) => {
        response.status = 201;
        response.headers.set('x-a', '1');
        response.write('one');
        await response.flush();
        await go.passed;
        response.write('two');
        await response.flush();
        response.write('three');
      });
      const answer = await get('/x');
      expect([answer.status, answer.headers.get('x-a')]).to.deep.equal([201, '1']);
      expect(answer.headers.get('content-length')).to.equal(null);
      const reader = answer.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
      expect(await readOne(reader)).to.equal('one');
      const second = readOne(reader);
      go.open();
      expect([await second, await readOne(reader), await readOne(reader)]).to.deep.equal(['two', 'three', undefined]);
      await app.close();
    });

    it('sends what is written while it is still on its way, in order', async () => {
      const { get } = answering(async ({ response }) => {
        response.write('a');
        const flushing = response.flush();
        response.write('b');
        await flushing;
        response.write('c');
      });
      expect(await (await get('/x')).text()).to.equal('abc');
    });

    it('needs no waiting for: a synchronous handler may write, flush and write on', async () => {
      const { get, errors } = answering(({ response }) => {
        response.write('a');
        void response.flush();
        response.write('b');
        void response.flush();
      });
      expect(await (await get('/x')).text()).to.equal('ab');
      expect(errors).to.deep.equal([]);
    });

    for (const [how, declared, pieces, found] of [
      ['more', 3, ['ab', 'cd', 'ef'], 'at least 4'],
      ['less', 5, ['ab', 'c'], '3'],
    ] as const) {
      for (const awaits of [true, false]) {
        it(`breaks off an answer that has ${how} than its content-length${awaits ? '' : ', also when nothing is awaited'}, and says so once`, async () => {
          const { app, get, errors } = answering(async ({ response }) => {
            response.headers.set('content-length', declared);
            for (const piece of pieces) {
              response.write(piece);
              if (awaits) await response.flush();
              else void response.flush();
            }
          });
          const { body } = await get('/x');
          const reader = body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
          const received: string[] = [];
          const failure = await (async () => {
            for (let piece = await readOne(reader); piece !== undefined; piece = await readOne(reader))
              received.push(piece);
          })().catch(causeOf);
          await app.close();
          expect(received.join('').length).to.be.below(declared);
          expect(codesOf(errors)).to.deep.equal(['wrong-length']);
          expect(errors).to.deep.equal([failure]);
          expect(String(errors[0])).to.match(new RegExp(`Answering .*${declared}.* has ${found} bytes`));
        });
      }
    }

    it('takes the end of an answer shorter than its content-length for a fault also when end() was called', async () => {
      const { app, get, errors } = answering(async ({ response }) => {
        response.headers.set('content-length', 5);
        await response.flush();
        response.end('ab');
      });
      expect(await (await get('/x')).text().catch(causeOf)).to.have.property('code', 'wrong-length');
      await app.close();
      expect(codesOf(errors)).to.deep.equal(['wrong-length']);
    });

    it('sends an answer that keeps to its content-length', async () => {
      const { get, errors } = answering(async ({ response }) => {
        response.headers.set('content-length', 4);
        response.write('ab');
        await response.flush();
        response.write('cd');
      });
      const answer = await get('/x');
      expect([answer.headers.get('content-length'), await answer.text()]).to.deep.equal(['4', 'abcd']);
      expect(errors).to.deep.equal([]);
    });

    it('to HEAD keeps the content-length, whatever is written', async () => {
      const { get, errors } = answering(async ({ response }) => {
        response.headers.set('content-length', 4);
        await response.flush();
        response.write('abcdef');
      });
      const answer = await get('/x', { method: 'HEAD' });
      expect([answer.headers.get('content-length'), await answer.text()]).to.deep.equal(['4', '']);
      expect(errors).to.deep.equal([]);
    });

    for (const [status, length] of [
      [204, null],
      [205, '0'],
      [304, null],
    ] as const) {
      it(`sends ${length === null ? 'no length' : 'a length of zero'} with ${status}, though another was set (RFC 9110, 8.6)`, async () => {
        const { get, errors } = answering(async ({ response }) => {
          response.status = status;
          response.headers.set('content-length', 4);
          await response.flush();
          response.write('ab');
        });
        const answer = await get('/x');
        expect([answer.status, answer.headers.get('content-length'), await answer.text()]).to.deep.equal([
          status,
          length,
          '',
        ]);
        expect(errors).to.deep.equal([]);
      });
    }

    it('may be the first thing, with nothing written', async () => {
      const { get } = answering(async ({ response }) => {
        await response.flush();
        response.write('late');
      });
      expect(await (await get('/x')).text()).to.equal('late');
    });

    it('waits until fewer than 64 KiB lie unread (aspnet-handlers.md I10)', async () => {
      let written = 0;
      const { get } = answering(async ({ response }) => {
        for (let piece = 0; piece < 10; piece += 1) {
          response.write(new Uint8Array(40_000));
          written += 1;
          await response.flush();
        }
      });
      const reader = (await get('/x')).body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
      await turn();
      expect(written).to.equal(2);
      await reader.read();
      await turn();
      expect(written).to.equal(3);
      for (let piece = 1; piece < 10; piece += 1) expect((await reader.read()).value?.length).to.equal(40_000);
      expect((await reader.read()).done).to.equal(true);
    });

    it('rejects once the client has left, so that an endless writer stops', async () => {
      const over = new Barrier<unknown>();
      const { app, get, errors } = answering(async ({ response }) => {
        try {
          for (let piece = 0; piece < 10_000; piece += 1) {
            response.write('tick');
            await response.flush();
          }
          over.open('went on');
        } catch (error) {
          over.open(error);
          throw error;
        }
      });
      await (await get('/x')).body?.cancel();
      expect(await over.passed)
        .to.be.instanceOf(DOMException)
        .and.to.have.property('name', 'AbortError');
      await app.close();
      expect(errors).to.deep.equal([]);
    });

    it('swallows what is written where there is no content, and lets others run meanwhile', async () => {
      for (const [verb, status] of [
        ['HEAD', 200],
        ['GET', 204],
        ['GET', 304],
      ] as const) {
        let stop = false;
        let pieces = 0;
        const { app, get } = answering(async ({ response }) => {
          response.status = status;
          for (; !stop && pieces < 10_000; pieces += 1) {
            response.write('tick');
            await response.flush();
          }
        });
        const answer = await get('/x', { method: verb });
        expect(await answer.text()).to.equal('');
        stop = true;
        await app.close();
        expect(pieces).to.be.below(10_000);
      }
    });

    it('that nobody waits for does not bring the process down when it fails', async () => {
      const store = {
        get: async () => undefined,
        set: () => Promise.reject(new Error('store down')),
        delete: async () => {},
      };
      const handler = defineHandler({ path: '/x', session: 'required' }, ({ session, response }: HttpContext) => {
        session.set('a', 1);
        response.write('x');
        void response.flush();
      });
      const unhandled: unknown[] = [];
      const note = (error: unknown): void => void unhandled.push(error);
      process.on('unhandledRejection', note);
      const { app, get, errors } = recordingApp([handler], { session: { store } });
      expect((await get('/x')).status).to.equal(500);
      await app.close();
      await turn();
      process.off('unhandledRejection', note);
      expect(errors.map(String)).to.deep.equal(['Error: store down']);
      expect(unhandled).to.deep.equal([]);
    });
  });

  describe('after the head was sent', () => {
    const changes: readonly (readonly [what: string, change: (response: HttpResponse) => void])[] = [
      ['setting the status', (response) => (response.status = 404)],
      ['setting the type', (response) => (response.type = 'json')],
      ['setting a header', (response) => response.headers.set('a', '1')],
      ['appending a header', (response) => response.headers.append('a', '1')],
      ['deleting a header', (response) => response.headers.delete('a')],
      ['setting a cookie', (response) => response.cookies.set('a', '1')],
      ['deleting a cookie', (response) => response.cookies.delete('a')],
      ['redirecting', (response) => response.redirect('/elsewhere')],
    ];
    for (const [what, change] of changes) {
      it(`${what} throws response-flushed (aspnet-handlers.md I3)`, async () => {
        const { app, get, errors } = answering(async ({ response }) => {
          response.write('x');
          await response.flush();
          expect(response.isFlushed).to.equal(true);
          change(response);
        });
        await (await get('/x')).text().catch(() => {});
        await app.close();
        expect(codesOf(errors)).to.deep.equal(['response-flushed']);
        expect(String(errors[0])).to.match(/before the first flush\(\)$/);
      });

      it(`${what} throws response-flushed also after an end() that sent it`, async () => {
        const { app, get, errors } = answering(async ({ response }) => {
          await turn();
          response.end('x');
          expect(response.isFlushed).to.equal(true);
          change(response);
        });
        expect(await (await get('/x')).text()).to.equal('x');
        await app.close();
        expect(codesOf(errors)).to.deep.equal(['response-flushed']);
      });
    }
  });

  describe('end in the synchronous part of a handler', () => {
    it('runs no later statement and sends what was written (aspnet-handlers.md I6)', async () => {
      for (const make of [(go: () => void) => (): void => go(), (go: () => void) => async (): Promise<void> => go()]) {
        let wentOn = false;
        const { get, errors } = answering(({ response }) =>
          make(() => {
            response.write('a');
            response.end('b');
            wentOn = true;
          })(),
        );
        const answer = await get('/x');
        expect([answer.status, await answer.text()]).to.deep.equal([200, 'ab']);
        expect({ wentOn, errors }).to.deep.equal({ wentOn: false, errors: [] });
      }
    });

    it('rejects a promise of that part with an error that says where it was called and what to do', async () => {
      let failed: Promise<unknown> | undefined;
      const { get, errors } = answering(({ response }) => {
        async function endSomewhere(): Promise<void> {
          response.end('x');
        }
        failed = endSomewhere().catch((error: unknown) => error);
      });
      expect(await (await get('/x')).text()).to.equal('x');
      const signal = (await failed) as Error;
      expect(signal).to.have.property('name', 'EndSignal');
      expect(signal.stack).to.include('endSomewhere');
      expect(signal.message).to.include('await the promise it rejects');
      expect(errors).to.deep.equal([]);
    });

    it('with nothing written answers 204', async () => {
      const { get } = answering(({ response }) => response.end());
      expect((await get('/x')).status).to.equal(204);
    });

    it('holds though it was swallowed: what was written stands (aspnet-handlers.md I6)', async () => {
      const endings: readonly ((response: HttpResponse) => unknown)[] = [
        () => {},
        () => 'value',
        async () => ({ a: 1 }),
        () => {
          throw new Error('from the catch');
        },
        () => Promise.reject(new Error('from the catch')),
        (response) => response.write('more'),
        (response) => response.end('more'),
        (response) => response.end(),
      ];
      for (const ending of endings) {
        const { app, get } = answering(({ response }) => {
          try {
            response.end('stands');
          } catch {
            return ending(response);
          }
        });
        const answer = await get('/x');
        expect([answer.status, await answer.text()], String(ending)).to.deep.equal([200, 'stands']);
        await app.close();
      }
    });

    it('reports what a handler that swallowed it returns or throws after it', async () => {
      for (const [ending, expected] of [
        [() => 'value', 'double-answer'],
        [
          () => {
            throw new Error('from the catch');
          },
          undefined,
        ],
        [(response: HttpResponse) => response.write('more'), 'response-ended'],
      ] as const) {
        const { get, errors } = answering(({ response }) => {
          try {
            response.end('stands');
          } catch {
            return ending(response);
          }
        });
        await get('/x');
        expect(codesOf(errors)).to.deep.equal([expected]);
      }
    });

    it('after a flush closes the stream', async () => {
      let wentOn = false;
      const { app, get, errors } = answering(({ response }) => {
        response.write('a');
        void response.flush();
        response.end('b');
        wentOn = true;
      });
      expect(await (await get('/x')).text()).to.equal('ab');
      await app.close();
      expect({ wentOn, errors }).to.deep.equal({ wentOn: false, errors: [] });
    });

    it('lets filters finish, which may still set headers', async () => {
      const stamp: Filter = async ({ response }, next) => {
        const value = await next();
        response.headers.set('x-stamp', '1');
        return value;
      };
      const { get } = answering(({ response }) => response.end('x'), { use: [stamp] });
      const answer = await get('/x');
      expect([answer.headers.get('x-stamp'), await answer.text()]).to.deep.equal(['1', 'x']);
    });
  });

  describe('end after an await', () => {
    it('returns, and the client has its answer at once (aspnet-handlers.md I6)', async () => {
      const log: string[] = [];
      const go = new Barrier();
      const { app, get, errors } = answering(async ({ response }) => {
        await turn();
        response.end('done');
        log.push('went on');
        await go.passed;
        log.push('ended');
      });
      expect(await (await get('/x')).text()).to.equal('done');
      expect(log).to.deep.equal(['went on']);
      go.open();
      await app.close();
      expect({ log, errors }).to.deep.equal({ log: ['went on', 'ended'], errors: [] });
    });

    for (const flush of [false, true]) {
      it(`makes later writing throw response-ended${flush ? ', also after a flush' : ''}`, async () => {
        const { app, get, errors } = answering(async ({ response }) => {
          response.write('a');
          if (flush) await response.flush();
          await turn();
          response.end();
          response.write('b');
        });
        expect(await (await get('/x')).text()).to.equal('a');
        await app.close();
        expect(codesOf(errors)).to.deep.equal(['response-ended']);
      });

      it(`keeps the answer when the handler then returns a value, which is reported${flush ? ', also after a flush' : ''}`, async () => {
        const { app, get, errors } = answering(async ({ response }) => {
          response.write('a');
          if (flush) await response.flush();
          await turn();
          response.end('b');
          return 'value';
        });
        expect(await (await get('/x')).text()).to.equal('ab');
        await app.close();
        expect(codesOf(errors)).to.deep.equal(['double-answer']);
      });

      it(`keeps the answer when the handler then fails, which is reported${flush ? ', also after a flush' : ''}`, async () => {
        const { app, get, errors } = answering(async ({ response }) => {
          response.write('a');
          if (flush) await response.flush();
          await turn();
          response.end('b');
          throw new Error('late');
        });
        expect(await (await get('/x')).text()).to.equal('ab');
        await app.close();
        expect(errors.map(String)).to.deep.equal(['Error: late']);
      });
    }

    it('makes a first flush after it reject with response-ended', async () => {
      const { app, get, errors } = answering(async ({ response }) => {
        await turn();
        response.end('a');
        await response.flush();
      });
      expect(await (await get('/x')).text()).to.equal('a');
      await app.close();
      expect(codesOf(errors)).to.deep.equal(['response-ended']);
    });

    it('sends what was written though the session is saved first, and the handler goes on meanwhile', async () => {
      for (const ending of [
        () => {},
        () => 'value',
        () => {
          throw new Error('late');
        },
      ]) {
        const saving = new Barrier();
        const store = { get: async () => undefined, set: () => saving.passed, delete: async () => {} };
        const handler = defineHandler(
          { path: '/x', session: 'required' },
          async ({ session, response }: HttpContext) => {
            session.set('a', 1);
            await turn();
            response.end('stands');
            return ending();
          },
        );
        const { app, get } = recordingApp([handler], { session: { store } });
        const answer = get('/x');
        await turn();
        await turn();
        saving.open();
        expect([(await answer).status, await (await answer).text()]).to.deep.equal([200, 'stands']);
        await app.close();
      }
    });
  });

  describe('redirect', () => {
    it('sends 302 with the location, and none of what was written (aspnet-handlers.md I7)', async () => {
      const { answer } = await attempt((response) => {
        response.write('gone');
        response.redirect('/there?a=1#b');
      });
      expect([answer.status, answer.headers.get('location'), await answer.text()]).to.deep.equal([
        302,
        '/there?a=1#b',
        '',
      ]);
    });

    it('does not end the handler', async () => {
      const { answer } = await attempt((response) => {
        response.redirect('/there', 303);
        response.write('moved');
      });
      expect([answer.status, await answer.text()]).to.deep.equal([303, 'moved']);
    });

    for (const status of [200, 299, 400, 302.5, Number.NaN]) {
      it(`refuses the status ${status}`, async () => {
        const { error } = await attempt((response) => response.redirect('/there', status));
        expect(error).to.be.instanceOf(RangeError);
        expect(String(error)).to.include('from 300 to 399');
      });
    }

    const urls: readonly (readonly [url: string, location: string])[] = [
      ['/a b', '/a%20b'],
      ['/ä/€/😀', '/%C3%A4/%E2%82%AC/%F0%9F%98%80'],
      ['/%20?x=%41', '/%20?x=%41'],
      ['/lone\ud800', '/lone%EF%BF%BD'],
      ['https://user@other:8080/p?q#f', 'https://user@other:8080/p?q#f'],
      ['', ''],
      ['\u0085\u00a0', '%C2%85%C2%A0'],
    ];
    for (const [url, location] of urls) {
      it(`sends ${JSON.stringify(url)} as ${JSON.stringify(location)}`, async () => {
        const { answer } = await attempt((response) => response.redirect(url));
        expect(answer.headers.get('location')).to.equal(location);
      });
    }

    it('refuses every URL with a line break or NUL, and changes nothing', async () => {
      await fc.assert(
        fc.asyncProperty(hostileText, async (url) => {
          const { error, answer } = await attempt((response) => response.redirect(url));
          expect(error).to.be.instanceOf(TypeError);
          expect([answer.status, answer.headers.get('location')]).to.deep.equal([204, null]);
        }),
      );
    });

    it('sends any other URL as plain ASCII without spaces', async () => {
      const anyText = fc.uint16Array().map((units) => String.fromCharCode(...units));
      await fc.assert(
        fc.asyncProperty(anyText, async (url) => {
          const { error, answer } = await attempt((response) => response.redirect(url));
          if (error === undefined) expect(answer.headers.get('location')).to.match(/^[\x21-\x7e]*$/);
          else expect(error).to.be.instanceOf(TypeError);
        }),
      );
    });
  });

  describe('injection', () => {
    it('through a header value is refused (property)', async () => {
      await fc.assert(
        fc.asyncProperty(hostileText, fc.constantFrom('set', 'append', 'list'), async (value, how) => {
          const { error, answer } = await attempt(({ headers }) => {
            if (how === 'list') headers.set('x-a', ['fine', value]);
            else if (how === 'set') headers.set('x-a', value);
            else headers.append('x-a', value);
          });
          expect(error).to.be.instanceOf(TypeError);
          expect(answer.headers.get('x-a')).to.equal(null);
        }),
      );
    });

    it('through a header name is refused (property)', async () => {
      await fc.assert(
        fc.asyncProperty(hostileText, async (name) => {
          const { error, answer } = await attempt(({ headers }) => headers.set(name, '1'));
          expect(error).to.be.instanceOf(TypeError);
          expect(wireLines(answer).join('')).to.not.include('evil');
        }),
      );
    });

    it('through a type is refused (property)', async () => {
      await fc.assert(
        fc.asyncProperty(hostileText, async (type) => {
          const { error } = await attempt((response) => (response.type = type));
          expect(error).to.be.instanceOf(TypeError);
        }),
      );
    });

    it('through a cookie is refused or encoded (property)', async () => {
      const parts = fc.constantFrom('name', 'value', 'path', 'domain');
      await fc.assert(
        fc.asyncProperty(hostileText, parts, async (text, part) => {
          const { error, answer } = await attempt(({ cookies }) => {
            if (part === 'name') cookies.set(text, '1');
            else if (part === 'value') cookies.set('a', text);
            else cookies.set('a', '1', { [part]: text });
          });
          const lines = answer.headers.getSetCookie();
          if (part === 'value') {
            expect(error).to.equal(undefined);
            expect(lines).to.have.length(1);
            expect(
              decodeURIComponent(/^a=([^;]*); Path=\/; HttpOnly; SameSite=Lax$/.exec(lines[0] ?? '')?.[1] ?? ''),
            ).to.equal(text);
          } else {
            expect(error).to.be.instanceOf(TypeError);
            expect(lines).to.deep.equal([]);
          }
        }),
      );
    });

    it('through an HttpException is a bare 500, and reported', async () => {
      const { HttpException } = await import('./http-exception.js');
      const { get, errors } = answering(() => {
        throw new HttpException(429, 'slow down', { headers: { 'retry-after': '1\r\nset-cookie: evil=1' } });
      });
      const answer = await get('/x');
      expect(answer.status).to.equal(500);
      expect(answer.headers.getSetCookie()).to.deep.equal([]);
      expect(errors).to.have.length(1);
    });
  });

  describe('close', () => {
    it('breaks off a stream whose client takes nothing, reports nothing, and stops its source', async () => {
      const stopped = new Barrier<string>();
      let closing: HttpResponse | undefined;
      const { get, errors } = answering(({ response, signal }) => {
        closing = response;
        signal.addEventListener('abort', () => stopped.open((signal.reason as Error).name));
        return (async function* () {
          for (;;) yield 'x'.repeat(1000);
        })();
      });
      const answer = await get('/x');
      const reader = answer.body!.getReader();
      expect(await readOne(reader)).to.equal('x'.repeat(1000));
      closing!.close();
      expect(await stopped.passed).to.equal('AbortError');
      expect(
        await reader.read().then(
          () => 'ended',
          () => 'broken',
        ),
      ).to.equal('broken');
      expect(errors).to.deep.equal([]);
    });

    it('is 503 where nothing was sent', async () => {
      const { get, errors } = answering(({ response }) => {
        response.close();
        return 'late';
      });
      expect((await get('/x')).status).to.equal(503);
      expect(errors).to.deep.equal([]);
    });

    it('does nothing once the answer is over', async () => {
      let closing: HttpResponse | undefined;
      const { get } = answering(({ response }) => {
        closing = response;
        return 'whole';
      });
      const answer = await get('/x');
      closing!.close();
      expect(await answer.text()).to.equal('whole');
    });
  });
});
