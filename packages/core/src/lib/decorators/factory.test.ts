import { expect } from 'chai';
import { declarationsOf } from '../declaration.js';
import type { HandlerClass } from '../handler.js';
import { recordingApp } from '../recording-app.test-support.js';
import { defineFactory } from './define.js';
import { Factory } from './factory.js';

class Show {
  processRequest(): string {
    return 'shown';
  }
}
class Drop {
  processRequest(): string {
    return 'dropped';
  }
}

describe('@Factory', () => {
  it('records what it is given', () => {
    @Factory('GET,POST */training/*')
    class Training {
      getHandler(): HandlerClass {
        return Show;
      }
    }
    expect(declarationsOf(Training).map((record) => [record.kind, record.declaration])).to.deep.equal([
      ['factory', { verb: 'GET,POST', path: '*/training/*' }],
    ]);
  });

  it('with verbs needs no body, and answers other verbs with 405 and what it knows', async () => {
    @Factory({ path: '/reports/:id', verbs: { GET: Show, DELETE: Drop } })
    class Reports {}
    const { app, get } = recordingApp([Reports]);
    expect(app.mappings).to.have.length(1);
    expect(app.mappings[0]).to.include({ name: 'Reports', verb: 'GET,DELETE', path: '/reports/:id', kind: 'factory' });
    expect(await (await get('/reports/1')).text()).to.equal('shown');
    expect(await (await get('/reports/1', { method: 'DELETE' })).text()).to.equal('dropped');
    expect((await get('/reports/1', { method: 'HEAD' })).status).to.equal(200);
    const refused = await get('/reports/1', { method: 'PUT' });
    expect(refused.status).to.equal(405);
    expect(refused.headers.get('allow')).to.equal('GET, HEAD, DELETE');
  });

  it('with verbs is told of each release', async () => {
    const released: object[] = [];
    @Factory({ path: '/x', verbs: { GET: Show } })
    class Choose {
      releaseHandler(handler: object): void {
        released.push(handler);
      }
    }
    const { app, get } = recordingApp([Choose]);
    await get('/x');
    await app.close();
    expect(released).to.have.length(1);
    expect(released[0]).to.be.an.instanceOf(Show);
  });

  it('several on one class share its one instance', async () => {
    const instances = new Set<object>();
    @Factory('/a')
    @Factory('/b')
    class Choose {
      getHandler(): HandlerClass {
        instances.add(this);
        return Show;
      }
    }
    const { get } = recordingApp([Choose]);
    for (const path of ['/a', '/b', '/a']) expect(await (await get(path)).text()).to.equal('shown');
    expect(instances.size).to.equal(1);
  });
});

describe('defineFactory', () => {
  it('is the same without decorator syntax', async () => {
    const Choose = defineFactory(
      'GET /x',
      class Choose {
        getHandler(): HandlerClass {
          return Show;
        }
      },
    );
    const Verbs = defineFactory({ path: '/y', verbs: { GET: Drop } }, class Verbs {});
    const { app, get } = recordingApp([Choose, Verbs]);
    expect(app.mappings.map(({ name, verb, path, kind }) => [name, verb, path, kind])).to.deep.equal([
      ['Choose', 'GET', '/x', 'factory'],
      ['Verbs', 'GET', '/y', 'factory'],
    ]);
    expect(await (await get('/x')).text()).to.equal('shown');
    expect(await (await get('/y')).text()).to.equal('dropped');
  });
});
