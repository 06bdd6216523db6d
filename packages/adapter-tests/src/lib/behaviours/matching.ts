import { expect } from 'chai';
import {
  defineFactory,
  defineHandler,
  Factory,
  Handler,
  type HandlerFunction,
  type HttpContext,
  type HttpHandler,
} from '@verbena/core';
import { type Behaviour, behavioursOf, overSocket } from '../behaviour.js';
import { problemIn } from '../problem-details.js';

@Handler('GET /greeting')
class Greet implements HttpHandler {
  processRequest(): string {
    return 'hello';
  }
}

/** Answers with the verb it was asked with. */
class EchoVerb implements HttpHandler {
  processRequest({ request }: HttpContext): string {
    return request.verb;
  }
}

/** A handler that answers with what its path pattern captured. */
function echoParams(declaration: string): HandlerFunction {
  return defineHandler(declaration, ({ request }: HttpContext) => ({ ...request.params }));
}

/** Which mapping takes a request, and what becomes of those that none takes. */
export const matching: readonly Behaviour[] = behavioursOf('matching', {
  'a mapping answers its verb and path': async (stage) => {
    const { fetch } = await stage.serve([Greet]);
    const response = await fetch('/greeting');
    expect(response.status).to.equal(200);
    expect(await response.text()).to.equal('hello');
  },

  'a mapping for GET answers HEAD as well, without the body': async (stage) => {
    const { fetch } = await stage.serve([Greet]);
    const response = await fetch('/greeting', { method: 'HEAD' });
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-length')).to.equal('5');
    expect(response.headers.get('content-type')).to.equal('text/plain; charset=utf-8');
    expect(await response.text()).to.equal('');
  },

  'a mapping for HEAD is preferred to one for GET when HEAD is asked': async (stage) => {
    const head = defineHandler('HEAD /greeting', ({ response }: HttpContext) => {
      response.headers.set('x-answered-by', 'HEAD');
    });
    const { fetch } = await stage.serve([Greet, head]);
    expect((await fetch('/greeting', { method: 'HEAD' })).headers.get('x-answered-by')).to.equal('HEAD');
  },

  'POST, PUT, PATCH, DELETE and verbs of other standards reach their mappings as sent': async (stage) => {
    const verbs = ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];
    const { fetch } = await stage.serve([defineHandler(`${verbs.join(',')} /verb`, class extends EchoVerb {})]);
    for (const method of verbs) expect(await (await fetch('/verb', { method })).text()).to.equal(method);
  },

  'a verb for which the path has no mapping is 405, with Allow': async (stage) => {
    const { fetch } = await stage.serve([Greet, defineHandler('PUT /greeting', class extends EchoVerb {})]);
    const response = await fetch('/greeting', { method: 'DELETE' });
    await problemIn(response, 405);
    expect(response.headers.get('allow')).to.equal('GET, HEAD, PUT');
  },

  'OPTIONS is answered 204, with Allow': async (stage) => {
    const { fetch } = await stage.serve([Greet]);
    const response = await fetch('/greeting', { method: 'OPTIONS' });
    expect(response.status).to.equal(204);
    expect(response.headers.get('allow')).to.equal('GET, HEAD');
    expect(await response.text()).to.equal('');
  },

  'OPTIONS reaches a mapping that names it': async (stage) => {
    const { fetch } = await stage.serve([Greet, defineHandler('OPTIONS /greeting', class extends EchoVerb {})]);
    expect(await (await fetch('/greeting', { method: 'OPTIONS' })).text()).to.equal('OPTIONS');
  },

  'a path of no mapping is passed on, or is 404 where the host has nobody to pass it on to': async (stage) => {
    const { fetch } = await stage.serve([Greet]);
    const response = await fetch('/nobody?x=1');
    if (stage.unmatched === '404') await problemIn(response, 404);
    else expect(await response.text()).to.equal('passed on');
  },

  'a request that is passed on keeps its method, whatever it is': async (stage) => {
    const { fetch } = await stage.serve([Greet]);
    for (const method of ['POST', 'OPTIONS', 'DELETE']) {
      const response = await fetch('/nobody', { method });
      if (stage.unmatched === '404') await problemIn(response, 404);
      else expect(await response.text()).to.equal('passed on');
    }
  },

  'a factory that chooses nothing gives 404': async (stage) => {
    @Factory('/chosen')
    class ChoosesNothing {
      getHandler(): undefined {
        return undefined;
      }
    }
    const { fetch } = await stage.serve([ChoosesNothing]);
    await problemIn(await fetch('/chosen'), 404);
  },

  'a factory may choose by what the request carries': async (stage) => {
    const choosing = defineFactory(
      '/chosen',
      class {
        getHandler({ request }: HttpContext): HttpHandler {
          return { processRequest: () => `chosen for ${request.headers.get('x-tenant')}` };
        }
      },
    );
    const { fetch } = await stage.serve([choosing]);
    expect(await (await fetch('/chosen', { headers: { 'x-tenant': 'north' } })).text()).to.equal('chosen for north');
  },

  'a factory is told verb and path as sent': async (stage) => {
    const told: string[] = [];
    const listening = defineFactory(
      '/folder/:name',
      class {
        getHandler(_context: HttpContext, verb: string, path: string): typeof EchoVerb {
          told.push(verb, path);
          return EchoVerb;
        }
      },
    );
    const { fetch } = await stage.serve([listening]);
    await fetch('/folder/a%20b?c=d', { method: 'PUT' });
    expect(told).to.deep.equal(['PUT', '/folder/a%20b']);
  },

  'a factory of classes by verb gives 405 for other verbs, with Allow': async (stage) => {
    @Factory({ path: '/by-verb', verbs: { GET: EchoVerb, DELETE: EchoVerb } })
    class ByVerb {}
    const { fetch } = await stage.serve([ByVerb]);
    expect(await (await fetch('/by-verb', { method: 'DELETE' })).text()).to.equal('DELETE');
    const refused = await fetch('/by-verb', { method: 'POST' });
    await problemIn(refused, 405);
    expect(refused.headers.get('allow')).to.equal('GET, HEAD, DELETE');
  },

  'a wildcard pattern fits the end of a path, at any depth and in any letter case': async (stage) => {
    const { fetch } = await stage.serve([defineHandler('*/training/*.sync', () => 'trained')]);
    expect(await (await fetch('/App/Year/TRAINING/first.Sync')).text()).to.equal('trained');
  },

  'a template ignores letter case and a slash at the end': async (stage) => {
    const { fetch } = await stage.serve([Greet]);
    expect(await (await fetch('/GREETING/')).text()).to.equal('hello');
  },

  'params are decoded once, and keep their letter case': async (stage) => {
    const { fetch } = await stage.serve([echoParams('GET /users/:name')]);
    expect(await (await fetch('/users/J%C3%BCrgen%20%252F')).json()).to.deep.equal({ name: 'Jürgen %2F' });
  },

  'an encoded slash stays inside its param': async (stage) => {
    const { fetch } = await stage.serve([echoParams('GET /files/:name/size')]);
    expect(await (await fetch('/files/a%2Fb/size')).json()).to.deep.equal({ name: 'a/b' });
  },

  'the rest of a path is one param': async (stage) => {
    const { fetch } = await stage.serve([echoParams('GET /files/**:path')]);
    expect(await (await fetch('/files/a/b%20c/d.txt')).json()).to.deep.equal({ path: 'a/b c/d.txt' });
  },

  'a malformed escape in a path that would be answered is 400': async (stage) => {
    const { fetch } = await stage.serve([echoParams('GET /users/:name')]);
    await problemIn(await fetch('/users/%zz'), 400);
    await problemIn(await fetch('/users/%ff'), 400);
  },

  'a base path anchors templates': async (stage) => {
    const { fetch } = await stage.serve([Greet], { basePath: '/app' });
    expect(await (await fetch('/app/greeting')).text()).to.equal('hello');
    expect(await (await fetch('/greeting')).text()).not.to.equal('hello');
  },

  'replacing the handlers shows with the next request': async (stage) => {
    const { app, fetch } = await stage.serve([Greet]);
    app.replace([defineHandler('GET /greeting', () => 'good evening')]);
    expect(await (await fetch('/greeting')).text()).to.equal('good evening');
  },

  'dot segments are resolved before matching, however they are written': overSocket(async (stage) => {
    const served = await stage.serve([Greet]);
    const connection = await served.connect();
    for (const path of ['/other/../greeting', '/other/%2e%2E/greeting', '/./greeting']) {
      connection.request(`GET ${path}`);
      expect((await connection.answer()).body, path).to.equal('hello');
    }
  }),

  'a request for the whole server (OPTIONS *) harms nobody': overSocket(async (stage) => {
    const served = await stage.serve([Greet]);
    const connection = await served.connect();
    connection.request('OPTIONS *');
    await connection.answer();
    connection.request('GET /greeting');
    expect((await connection.answer()).body).to.equal('hello');
    expect(served.reported).to.deep.equal([]);
  }),
});
