import { expect } from 'chai';
import { partOf } from './parts.mjs';
import { sharesOf } from './shares.mjs';

const core = 'file:///somewhere/packages/core/dist/lib/';

/** A profile of functions that each ran for some microseconds; a function's caller is the one before it. */
function profileOf(...ran) {
  const nodes = ran.map(([functionName, url], index) => ({
    id: index + 1,
    callFrame: { functionName, url },
    children: index + 1 < ran.length ? [index + 2] : [],
  }));
  return { nodes, samples: nodes.map(({ id }) => id), timeDeltas: ran.map(([, , time]) => time) };
}

describe('sharesOf', () => {
  it('divides what was not idle among the parts, native code among who called it', () => {
    const { parts } = sharesOf(
      profileOf(
        ['(root)', '', 0],
        ['(idle)', '', 500],
        ['emit', 'node:events', 10],
        ['find', `${core}matching/handler-map.js`, 20],
        ['toString', '', 30],
        ['writev', '', 30],
        ['(garbage collector)', '', 10],
      ),
    );
    expect(parts).to.deep.include({
      'finding the mapping': 0.5,
      'the operating system: sending': 0.3,
      'Node: all else': 0.1,
      'collecting garbage': 0.1,
    });
    expect(Object.values(parts).reduce((sum, share) => sum + share)).to.be.closeTo(1, 1e-9);
  });

  it("names the dearest functions, not Node's own", () => {
    const { functions } = sharesOf(
      profileOf(['emit', 'node:events', 50], ['', `${core}result.js`, 10], ['find', `${core}app.js`, 40]),
    );
    expect(functions.map(({ name, share }) => [name, share])).to.deep.equal([
      ['find', 0.4],
      ['(anonymous)', 0.1],
    ]);
  });

  it('leaves out what it is not asked about', () => {
    const jobOf = (file) => (file.endsWith('app.js') ? 'the application' : undefined);
    const profile = profileOf(['emit', 'node:events', 50], ['(program)', '', 50], ['find', `${core}app.js`, 40]);
    expect(sharesOf(profile, jobOf).parts).to.deep.equal({ 'the application': 1 });
  });
});

describe('partOf', () => {
  it('knows files of ours, of others and of Node', () => {
    expect(partOf(`${core}whole-body.js`)).to.equal('reading the body');
    expect(partOf(`${core}injection/recipes.js`)).to.equal('injection, pools, factories');
    expect(partOf(`${core}exchange.js`)).to.equal('request and context');
    expect(partOf('file:///x/packages/node/dist/lib/listener.js')).to.equal('the adapter');
    expect(partOf('file:///x/benchmarks/node_modules/fastify/lib/reply.js')).to.equal('the framework');
    expect(partOf('../node_modules/tsyringe/node_modules/tslib/tslib.es6.js')).to.equal('tsyringe, reflect-metadata');
    expect(partOf('node:net')).to.equal('Node: sending');
  });
});
