import { expect } from 'chai';
import type { HttpContext } from './context.js';
import { defineHandler } from './decorators/define.js';
import { Factory } from './decorators/factory.js';
import {
  ForbiddenHandler,
  MethodNotAllowedHandler,
  NotFoundHandler,
  NotImplementedHandler,
} from './default-handlers.js';
import type { HandlerChoice } from './factory.js';
import { HttpException } from './http-exception.js';
import { recordingApp } from './recording-app.test-support.js';

describe('the ready-made handlers (aspnet-handlers.md F5)', () => {
  const cases = [
    [class extends NotFoundHandler {}, 404, 'Not Found'],
    [class extends ForbiddenHandler {}, 403, 'Forbidden'],
    [class extends NotImplementedHandler {}, 501, 'Not Implemented'],
  ] as const;
  for (const [type, status, title] of cases) {
    it(`answer ${status} as problem details: ${Object.getPrototypeOf(type).name}`, async () => {
      const { get, errors } = recordingApp([defineHandler('/x', type)]);
      const answer = await get('/x');
      expect(answer.status).to.equal(status);
      expect(await answer.json()).to.deep.equal({ type: 'about:blank', title, status });
      expect(errors).to.have.length(status < 500 ? 0 : 1);
    });
  }
});

describe('MethodNotAllowedHandler', () => {
  const refusing = (declaration: string) => defineHandler(declaration, class extends MethodNotAllowedHandler {});

  it('answers 405 as problem details, with the verbs that other mappings of the path take in Allow', async () => {
    const { get, errors } = recordingApp([
      defineHandler('GET,PUT /x', () => 'fine'),
      refusing('DELETE,POST /x'),
      defineHandler('PATCH /x', () => 'fine'),
    ]);
    const answer = await get('/x', { method: 'DELETE' });
    expect(answer.status).to.equal(405);
    expect(answer.headers.get('allow')).to.equal('GET, HEAD, PUT, PATCH');
    expect(await answer.json()).to.deep.equal({
      type: 'about:blank',
      title: 'Method Not Allowed',
      status: 405,
      detail: 'DELETE is not allowed here',
    });
    expect(errors).to.deep.equal([]);
  });

  it('closes a path for every verb that no other mapping of it names', async () => {
    const { get } = recordingApp([defineHandler('GET /x', () => 'fine'), refusing('* /x'), refusing('* /closed')]);
    expect(await (await get('/x')).text()).to.equal('fine');
    expect((await get('/x', { method: 'POST' })).headers.get('allow')).to.equal('GET, HEAD');
    expect((await get('/closed')).headers.get('allow')).to.equal('');
  });

  it('when a factory chose it, has the verb that was refused left out, as the others may be taken', async () => {
    @Factory('GET,POST,PUT /x')
    class Choosing {
      getHandler(_context: HttpContext, verb: string): HandlerChoice {
        return verb === 'GET' ? { processRequest: () => 'fine' } : MethodNotAllowedHandler;
      }
    }
    const { get } = recordingApp([Choosing]);
    expect((await get('/x', { method: 'PUT' })).headers.get('allow')).to.equal('GET, HEAD, POST');
  });
});

describe('an HttpException 405', () => {
  it('says in Allow what else the path takes, unless it says so itself', async () => {
    const { get } = recordingApp([
      defineHandler('GET,POST /x', () => Promise.reject(new HttpException(405))),
      defineHandler('PUT /x', () => Promise.reject(new HttpException(405, undefined, { headers: { allow: 'PATCH' } }))),
    ]);
    expect((await get('/x', { method: 'POST' })).headers.get('allow')).to.equal('GET, HEAD, PUT');
    expect((await get('/x', { method: 'PUT' })).headers.get('allow')).to.equal('PATCH');
  });
});
