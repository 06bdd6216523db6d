import { expect } from 'chai';
import { container } from 'tsyringe';
import { createApp } from '../app.js';
import type { HttpContext } from '../context.js';
import { declarationsOf } from '../declaration.js';
import { recordingApp } from '../recording-app.test-support.js';
import { Handler } from './handler.js';

describe('@Handler', () => {
  it('records what it is given, once', () => {
    const declaration = { verb: 'GET', path: '/x', timeoutMs: 5, name: 'Shown' } as const;
    @Handler(declaration)
    class Show {
      processRequest(): void {}
    }
    expect(declarationsOf(Show).map((record) => [record.kind, record.declaration])).to.deep.equal([
      ['handler', declaration],
    ]);
  });

  it('does nothing else: no instance, no registration, the same class', () => {
    let built = 0;
    class Show {
      constructor() {
        built += 1;
      }
      processRequest(): void {}
    }
    const { _registry } = container as unknown as { _registry: { _registryMap: Map<unknown, unknown> } };
    const tokens = [..._registry._registryMap.keys()];
    const members = Reflect.ownKeys(Show);
    const returned: unknown = Handler('GET /x')(Show);
    expect(returned).to.equal(undefined);
    expect(built).to.equal(0);
    expect([..._registry._registryMap.keys()]).to.deep.equal(tokens);
    expect(Reflect.ownKeys(Show)).to.deep.equal(members);
    expect(Reflect.getMetadataKeys(Show)).to.deep.equal(['verbena:declarations']);
  });

  it('is not inherited, also when the derived class has one of its own', () => {
    @Handler('GET /base')
    class Base {
      processRequest(): void {}
    }
    @Handler('GET /derived')
    class Derived extends Base {}
    class Bare extends Derived {}
    expect(createApp({ handlers: [Derived] }).mappings.map(({ path }) => path)).to.deep.equal(['/derived']);
    expect(createApp({ handlers: [Base] }).mappings.map(({ path }) => path)).to.deep.equal(['/base']);
    expect(declarationsOf(Bare)).to.deep.equal([]);
  });

  it('several on one class are several mappings, read from the top', async () => {
    @Handler('GET /a')
    @Handler({ verb: 'GET', path: '/b/:id', name: 'Second' })
    @Handler('POST *.c')
    class Show {
      processRequest({ request, mapping }: HttpContext): unknown {
        return { name: mapping.name, path: mapping.path, id: request.params['id'] ?? null };
      }
    }
    const { app, get } = recordingApp([Show]);
    expect(
      app.mappings.map(({ name, verb, path, kind, target }) => ({ name, verb, path, kind, target })),
    ).to.deep.equal([
      { name: 'Show', verb: 'GET', path: '/a', kind: 'handler', target: Show },
      { name: 'Second', verb: 'GET', path: '/b/:id', kind: 'handler', target: Show },
      { name: 'Show', verb: 'POST', path: '*.c', kind: 'handler', target: Show },
    ]);
    expect(await (await get('/b/7')).json()).to.deep.equal({ name: 'Second', path: '/b/:id', id: '7' });
    expect((await get('/x.c', { method: 'POST' })).status).to.equal(200);
  });

  it('several on one class: the topmost wins under precedence "listed"', async () => {
    @Handler({ path: '/x', name: 'Top' })
    @Handler({ path: '*', name: 'Bottom' })
    class Show {
      processRequest({ mapping }: HttpContext): string {
        return mapping.name;
      }
    }
    const { get } = recordingApp([Show], { precedence: 'listed' });
    expect(await (await get('/x')).text()).to.equal('Top');
    expect(await (await get('/y')).text()).to.equal('Bottom');
  });

  it('each of several has its own settings, and all share one pool', async () => {
    const seen = new Set<object>();
    @Handler({ path: '/small', bodyLimitBytes: 1 })
    @Handler({ path: '/large', bodyLimitBytes: 100 })
    class Show {
      readonly isReusable = true;
      async processRequest({ request }: HttpContext): Promise<string> {
        seen.add(this);
        return await request.text();
      }
    }
    const { get } = recordingApp([Show]);
    expect((await get('/small', { method: 'POST', body: '1' })).status).to.equal(200);
    expect((await get('/large', { method: 'POST', body: '12' })).status).to.equal(200);
    expect((await get('/small', { method: 'POST', body: '12' })).status).to.equal(413);
    expect(seen.size).to.equal(1);
  });
});
