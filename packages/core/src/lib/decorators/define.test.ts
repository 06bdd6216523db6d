import { expect } from 'chai';
import { createApp } from '../app.js';
import type { HttpContext } from '../context.js';
import { declarationsOf } from '../declaration.js';
import { recordingApp } from '../recording-app.test-support.js';
import { defineHandler } from './define.js';
import { Handler } from './handler.js';

describe('defineHandler', () => {
  it('records for a class what @Handler records', () => {
    const declaration = { verb: 'GET', path: '/x', session: 'readonly' } as const;
    const Defined = defineHandler(
      declaration,
      class Defined {
        processRequest(): void {}
      },
    );
    @Handler(declaration)
    class Decorated {
      processRequest(): void {}
    }
    const [defined, decorated] = [Defined, Decorated].map((type) =>
      declarationsOf(type).map((record) => ({ kind: record.kind, declaration: record.declaration })),
    );
    expect(defined).to.deep.equal(decorated);
  });

  it('gives back what it was given', () => {
    class Show {
      processRequest(): void {}
    }
    const show = (): string => 'x';
    expect(defineHandler('/x', Show)).to.equal(Show);
    expect(defineHandler('/x', show)).to.equal(show);
  });

  it('makes a handler of a function, which every request shares', async () => {
    const { app, get } = recordingApp([
      defineHandler('GET /hello/:name', function hello({ request }: HttpContext) {
        return `Hello ${request.params['name'] ?? ''}`;
      }),
      defineHandler('/async', async () => await Promise.resolve({ ready: true })),
    ]);
    expect(app.mappings.map(({ name, kind }) => [name, kind])).to.deep.equal([
      ['hello', 'handler'],
      ['(anonymous)', 'handler'],
    ]);
    expect(await (await get('/hello/you')).text()).to.equal('Hello you');
    expect(await (await get('/async')).json()).to.deep.equal({ ready: true });
  });

  it('several for one target are several mappings, in order', () => {
    const show = (): string => 'x';
    defineHandler('/a', show);
    defineHandler('/b', show);
    expect(createApp({ handlers: [show] }).mappings.map(({ path }) => path)).to.deep.equal(['/a', '/b']);
  });
});
