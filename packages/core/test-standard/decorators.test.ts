import { expect } from 'chai';
import { createApp, Factory, Handler, type HandlerClass, type HttpContext, StartupError } from '@verbena/core';

/** The records of a class: what every form of declaration comes down to. */
function recordsOf(type: object): unknown {
  const records = Reflect.getOwnMetadata('verbena:declarations', type) as
    | readonly { kind: string; declaration: object }[]
    | undefined;
  return records?.map(({ kind, declaration }) => ({ kind, declaration }));
}

function get(handlers: HandlerClass[] | (new () => object)[], path: string, init?: RequestInit): Promise<Response> {
  return createApp({ handlers }).fetch(new Request(`http://host${path}`, init));
}

/** A decorator that puts another class in the place of the one it stands on. */
function replaced<Class extends new (...parameters: never[]) => { processRequest(context: HttpContext): unknown }>(
  type: Class,
  _context: ClassDecoratorContext<Class>,
): Class {
  // A mixin's parameters are those of whatever it extends.
  const Base = type as unknown as new () => { processRequest(context: HttpContext): unknown };
  class Replacement extends Base {
    override processRequest(context: HttpContext): unknown {
      return `replaced ${String(super.processRequest(context))}`;
    }
  }
  return Replacement as unknown as Class;
}

describe('@Handler in TC39 form', () => {
  it('records what it is given, and nothing else', () => {
    const declaration = { verb: 'GET', path: '/x', session: 'readonly' } as const;
    let built = 0;
    @Handler(declaration)
    class Show {
      constructor() {
        built += 1;
      }
      processRequest(): void {}
    }
    expect(recordsOf(Show)).to.deep.equal([{ kind: 'handler', declaration }]);
    expect(built).to.equal(0);
    expect(Reflect.getMetadataKeys(Show)).to.deep.equal(['verbena:declarations']);
  });

  it('several on one class are several mappings, read from the top', async () => {
    @Handler('GET /a')
    @Handler({ verb: 'GET', path: '/b', name: 'Second' })
    @Handler('POST *.c')
    class Show {
      processRequest({ mapping }: HttpContext): string {
        return mapping.name;
      }
    }
    const { mappings } = createApp({ handlers: [Show] });
    expect(mappings.map(({ name, verb, path }) => [name, verb, path])).to.deep.equal([
      ['Show', 'GET', '/a'],
      ['Second', 'GET', '/b'],
      ['Show', 'POST', '*.c'],
    ]);
    expect(await (await get([Show], '/b')).text()).to.equal('Second');
  });

  it('is not inherited', () => {
    @Handler('/x')
    class Base {
      processRequest(): void {}
    }
    class Derived extends Base {}
    expect(recordsOf(Derived)).to.equal(undefined);
    expect(() => createApp({ handlers: [Derived] }))
      .to.throw(StartupError, 'that of its base class is not inherited')
      .with.nested.property('errors[0].code', 'not-declared');
  });

  it('stands on the class that another decorator puts in place, from above or from below', async () => {
    @replaced
    @Handler('/below')
    class Below {
      processRequest(): string {
        return 'below';
      }
    }
    @Handler('/above')
    @replaced
    class Above {
      processRequest(): string {
        return 'above';
      }
    }
    @Handler('/outer')
    @replaced
    @Handler('/inner')
    class Both {
      processRequest(): string {
        return 'both';
      }
    }
    const app = createApp({ handlers: [Below, Above, Both] });
    expect(app.mappings.map(({ path, target }) => [path, target])).to.deep.equal([
      ['/below', Below],
      ['/above', Above],
      ['/outer', Both],
      ['/inner', Both],
    ]);
    for (const path of ['below', 'above']) {
      expect(await (await app.fetch(new Request(`http://host/${path}`))).text()).to.equal(`replaced ${path}`);
    }
    expect(await (await app.fetch(new Request('http://host/inner'))).text()).to.equal('replaced both');
  });

  it('leaves the stack of its place in faults', () => {
    @Handler({ path: '/x', timeoutMs: 0 })
    class Show {
      processRequest(): void {}
    }
    try {
      createApp({ handlers: [Show] });
      expect.fail('nothing was found');
    } catch (error) {
      const [fault] = (error as StartupError).errors;
      expect(fault?.code).to.equal('bad-declaration');
      expect(fault?.declaredAt).to.match(/decorators\.test\.[jt]s:\d+/);
    }
  });
});

describe('@Factory in TC39 form', () => {
  it('supplies handlers, by getHandler or by verbs', async () => {
    class Show {
      processRequest(): string {
        return 'shown';
      }
    }
    @Factory('GET /x')
    class Choose {
      getHandler(): HandlerClass {
        return Show;
      }
    }
    @Factory({ path: '/y', verbs: { GET: Show } })
    class ByVerb {}
    expect(recordsOf(Choose)).to.deep.equal([{ kind: 'factory', declaration: { verb: 'GET', path: '/x' } }]);
    expect(await (await get([Choose, ByVerb], '/x')).text()).to.equal('shown');
    expect(await (await get([Choose, ByVerb], '/y')).text()).to.equal('shown');
    expect((await get([Choose, ByVerb], '/y', { method: 'PUT' })).status).to.equal(405);
  });
});
