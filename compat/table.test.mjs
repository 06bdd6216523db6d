import { expect } from 'chai';
import { exceptionsOf, failuresOf, tableOf } from './table.mjs';

const [old, young, edge] = [
  { name: 'Node 20', version: '20.20.2' },
  { name: 'Node 22', version: '22.23.3' },
  { name: 'Edge', version: '1.4.5' },
];

function trial(runtime, host, ...outcomes) {
  return { runtime, host, outcomes: outcomes.map((outcome) => ({ topic: 'bodies', ...outcome })) };
}

const passed = { name: 'one', outcome: 'passed' };
const excepted = { name: 'two', outcome: 'excepted', reason: 'it cannot' };
const failed = { name: 'three', outcome: 'failed', error: 'Error: expected 1 to equal 2\n    at three' };
const inapplicable = { name: 'four', outcome: 'inapplicable', reason: 'the host has no socket' };

describe('tableOf', () => {
  it('has a column for each runtime and a row for each host', () => {
    const trials = [
      trial(old, 'toKoa', passed, excepted, inapplicable),
      trial(young, 'toKoa', passed, passed),
      trial(edge, 'serve', failed),
    ];

    expect(tableOf(trials).split('\n')).to.deep.equal([
      '| passed / excepted / failed | Node 20.20.2 | Node 22.23.3 | Edge 1.4.5 |',
      '| -------------------------- | ------------ | ------------ | ---------- |',
      '| `toKoa`                    | 1 / 1 / 0    | 2 / 0 / 0    | –          |',
      '| `serve`                    | –            | –            | 0 / 0 / 1  |',
    ]);
  });
});

describe('exceptionsOf', () => {
  it('gives each reason once, with the behaviours it concerns', () => {
    const other = { ...excepted, name: 'five' };

    const outcomes = [passed, excepted, other];

    expect(exceptionsOf([trial(old, 'toKoa', ...outcomes), trial(young, 'toKoa', ...outcomes)])).to.equal(
      '### toKoa\n\n* *two*; *five*: it cannot',
    );
  });

  it('says where it is so, when it is not so wherever the host runs', () => {
    expect(exceptionsOf([trial(old, 'toKoa', passed, excepted), trial(young, 'toKoa', passed)])).to.equal(
      '### toKoa\n\n* *two*: it cannot (Node 20)',
    );
  });

  it('names a topic of which nothing was passed instead of all that is in it', () => {
    const other = { ...excepted, name: 'five' };

    expect(exceptionsOf([trial(old, 'toKoa', excepted, other, inapplicable)])).to.equal(
      '### toKoa\n\n* all about bodies: it cannot',
    );
  });

  it('leaves out hosts that have none, and what does not apply to them', () => {
    expect(exceptionsOf([trial(old, 'toKoa', passed, inapplicable, failed)])).to.equal('');
  });
});

describe('failuresOf', () => {
  it('gives every failure, with what was said', () => {
    expect(failuresOf([trial(old, 'toKoa', passed, failed), trial(edge, 'serve', excepted)])).to.equal(
      'Node 20, toKoa, bodies: three\n  Error: expected 1 to equal 2\n      at three',
    );
  });
});
