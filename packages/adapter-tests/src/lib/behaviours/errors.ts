import { expect } from 'chai';
import {
  defineFactory,
  defineHandler,
  ForbiddenHandler,
  Handler,
  type HttpContext,
  HttpException,
  type HttpHandler,
  MethodNotAllowedHandler,
  NotFoundHandler,
  NotImplementedHandler,
} from '@verbena/core';
import { type Behaviour, behavioursOf, overSocket } from '../behaviour.js';
import { problemIn } from '../problem-details.js';
import { brokenOff } from '../rejection.js';

const SECRET = 'the password is swordfish';

/** Fails in a way nobody expected. */
const fault = defineHandler('GET /fault', () => {
  throw new Error(SECRET);
});

const refusal = defineHandler('GET /refusal', async ({ response }: HttpContext) => {
  response.headers.set('x-before', 'set');
  response.cookies.set('before', 'set');
  response.type = 'image/png';
  response.write('written');
  throw new HttpException(429, 'Too <fast>', {
    type: 'https://verbena.test/too-fast',
    title: 'Slow down',
    headers: { 'retry-after': '7' },
    extensions: { limit: 3 },
  });
});

/** What clients, applications and hosts learn of failures. */
export const errors: readonly Behaviour[] = behavioursOf('errors', {
  'an HttpException becomes problem details': async (stage) => {
    const { fetch } = await stage.serve([refusal]);
    const response = await fetch('/refusal');
    expect(response.headers.get('retry-after')).to.equal('7');
    expect(await problemIn(response, 429)).to.deep.equal({
      type: 'https://verbena.test/too-fast',
      title: 'Slow down',
      status: 429,
      detail: 'Too <fast>',
      limit: 3,
    });
  },

  'an HttpException is an outcome, which nobody is told of': async (stage) => {
    const { fetch, reported, hostErrors } = await stage.serve([refusal]);
    await fetch('/refusal');
    expect(reported).to.deep.equal([]);
    expect(hostErrors).to.deep.equal([]);
  },

  'nothing that was set or written before an error goes with it': async (stage) => {
    const { fetch } = await stage.serve([refusal]);
    const response = await fetch('/refusal');
    expect(response.headers.has('x-before')).to.equal(false);
    expect(response.headers.getSetCookie()).to.deep.equal([]);
    expect(await response.text()).not.to.include('written');
  },

  'a client that prefers HTML gets the problem as HTML, escaped': async (stage) => {
    const { fetch } = await stage.serve([refusal]);
    const response = await fetch('/refusal', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect(response.status).to.equal(429);
    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(response.headers.get('vary')).to.match(/accept/i);
    expect(await response.text())
      .to.include('Slow down')
      .and.not.include('<fast>');
  },

  'an error nobody expected is 500, without its text or stack': async (stage) => {
    const { fetch } = await stage.serve([
      fault,
      defineHandler('GET /rejection', async () => {
        throw new Error(SECRET);
      }),
    ]);
    for (const path of ['/fault', '/rejection']) {
      for (const accept of ['*/*', 'text/html']) {
        const response = await fetch(path, { headers: { accept } });
        expect(response.status).to.equal(500);
        const text = await response.text();
        expect(text).not.to.include('swordfish').and.not.include('    at ');
        expect([...response.headers].join()).not.to.include('swordfish');
      }
    }
  },

  'in development, an error nobody expected is shown': async (stage) => {
    const { fetch } = await stage.serve([fault], { development: true });
    const problem = await problemIn(await fetch('/fault'), 500);
    expect(problem['detail']).to.include(SECRET);
    expect(problem['stack']).to.include('    at ');
  },

  'whatever is thrown is 500': async (stage) => {
    const thrown: unknown[] = ['text', 42, null, undefined, { status: 200 }];
    const { fetch, reported } = await stage.serve([
      defineHandler('GET /:index', ({ request }: HttpContext) => {
        throw thrown[Number(request.params['index'])];
      }),
    ]);
    for (const index of thrown.keys()) await problemIn(await fetch(`/${index}`), 500);
    expect(reported).to.deep.equal(thrown);
  },

  'onError is told of an unexpected error once, with its context': async (stage) => {
    const told: unknown[] = [];
    const { fetch } = await stage.serve([fault], {
      onError: (error, context) => told.push(String(error), context?.request.path),
    });
    await fetch('/fault?a=b');
    expect(told).to.deep.equal([`Error: ${SECRET}`, '/fault']);
  },

  'the host is told of an unexpected error once': async (stage) => {
    const { fetch, hostErrors } = await stage.serve([fault]);
    await fetch('/fault');
    expect(hostErrors.map(String)).to.deep.equal([`Error: ${SECRET}`]);
  },

  'the host is told of an error that breaks a stream off': async (stage) => {
    const { fetch, hostErrors, settle } = await stage.serve([
      defineHandler('GET /written', async ({ response }: HttpContext) => {
        await response.flush();
        throw new Error('while writing');
      }),
      defineHandler('GET /returned', async function* () {
        yield 'half of';
        throw new Error('while returning');
      }),
    ]);
    for (const path of ['/written', '/returned']) await brokenOff(fetch(path));
    await settle();
    // Hosts such as Koa tell themselves of the broken connection as well.
    expect(hostErrors.map(String)).to.include.members(['Error: while writing', 'Error: while returning']);
  },

  'an onError that fails harms nobody': async (stage) => {
    const { error } = console;
    console.error = () => {};
    try {
      const { fetch } = await stage.serve([fault], {
        onError: () => {
          throw new Error('onError itself');
        },
      });
      await problemIn(await fetch('/fault'), 500);
    } finally {
      console.error = error;
    }
  },

  'an error in getHandler is 500, and an HttpException there its status': async (stage) => {
    const failing = defineFactory(
      '/:how',
      class {
        getHandler(_context: HttpContext, _verb: string, path: string): never {
          throw path === '/refuse' ? new HttpException(403) : new Error(SECRET);
        }
      },
    );
    const { fetch } = await stage.serve([failing]);
    await problemIn(await fetch('/refuse'), 403);
    expect(JSON.stringify(await problemIn(await fetch('/fail'), 500))).not.to.include('swordfish');
  },

  'an error in a constructor is 500': async (stage) => {
    @Handler('GET /')
    class Unconstructible implements HttpHandler {
      constructor() {
        throw new Error(SECRET);
      }

      processRequest(): void {}
    }
    const { fetch } = await stage.serve([Unconstructible]);
    expect(JSON.stringify(await problemIn(await fetch('/'), 500))).not.to.include('swordfish');
  },

  'an error in a filter is 500, and a filter may answer in the place of the handler': async (stage) => {
    const { fetch } = await stage.serve([defineHandler('GET /', () => 'handled')], {
      use: [
        ({ request }, next) => {
          if (request.query.has('fail')) throw new Error(SECRET);
          return request.query.has('answer') ? 'filtered' : next();
        },
      ],
    });
    await problemIn(await fetch('/?fail'), 500);
    expect(await (await fetch('/?answer')).text()).to.equal('filtered');
    expect(await (await fetch('/')).text()).to.equal('handled');
  },

  'the ready-made handlers answer 403, 404, 405 with Allow, and 501': async (stage) => {
    const { fetch } = await stage.serve([
      defineHandler('/forbidden', class extends ForbiddenHandler {}),
      defineHandler('/missing', class extends NotFoundHandler {}),
      defineHandler('/verb', class extends MethodNotAllowedHandler {}),
      defineHandler('GET,PUT /verb', () => 'allowed'),
      defineHandler('/later', class extends NotImplementedHandler {}),
    ]);
    await problemIn(await fetch('/forbidden'), 403);
    await problemIn(await fetch('/missing'), 404);
    await problemIn(await fetch('/later'), 501);
    const response = await fetch('/verb', { method: 'DELETE' });
    await problemIn(response, 405);
    expect(response.headers.get('allow')).to.equal('GET, HEAD, PUT');
  },

  'a handler that says what it produces gives 406 to a client that takes none of it': async (stage) => {
    const { fetch, reported } = await stage.serve([
      defineHandler({ path: '/', produces: ['json', 'text/csv'] }, ({ response }: HttpContext) =>
        response.type === 'application/json' ? { a: 1 } : 'a\n1\n',
      ),
    ]);
    const answer = async (accept: string): Promise<Response> => fetch('/', { headers: { accept } });
    expect(await (await answer('text/csv')).text()).to.equal('a\n1\n');
    const json = await answer('*/*');
    expect(json.headers.get('content-type')).to.equal('application/json');
    expect(json.headers.get('vary')).to.match(/accept/i);
    await problemIn(await answer('image/png'), 406);
    expect(reported).to.deep.equal([]);
  },

  'an error does not spoil the connection': overSocket(async (stage) => {
    const served = await stage.serve([fault, defineHandler('GET /whole', () => 'whole')]);
    const connection = await served.connect();
    for (let round = 0; round < 2; round += 1) {
      connection.request('GET /fault');
      expect((await connection.answer()).status).to.equal(500);
      connection.request('GET /whole');
      expect((await connection.answer()).body).to.equal('whole');
    }
  }),
});
