import { expect } from 'chai';
import { summaryOf } from './measure.mjs';
import { groupsOf } from './peers.mjs';

describe('summaryOf', () => {
  const round = (...rates) => rates.map((rate) => ({ rate, byClock: rate / 2 }));

  it('compares within rounds, so that a slow round counts for neither', () => {
    const [group] = groupsOf('scoped', ['verbena-koa']);
    const rounds = [round(100, 80, 100), round(10, 8, 10), round(100, 90, 90)];
    const summary = summaryOf([{ group, rounds }]);

    expect(summary.koa).to.deep.include({ rate: 100 });
    expect(summary.koa).to.not.have.any.keys('toHost', 'toPlain');
    expect(summary['verbena-koa'].toHost).to.deep.equal({ median: 0.8, lowest: 0.8, highest: 0.9 });
    expect(summary['verbena-koa'].toPlain).to.deep.equal({ median: 0.8, lowest: 0.8, highest: 1 });
    expect(summary['verbena-koa plain'].toHost.median).to.equal(1);
  });

  it('takes each ratio from the group the program was measured in, and the rate of a host from all', () => {
    const groups = groupsOf('hello', ['koa-router', 'verbena-koa']);
    const summary = summaryOf([
      { group: groups[0], rounds: [round(100, 90)] },
      { group: groups[1], rounds: [round(200, 100)] },
    ]);

    expect(summary[groups[0][1].name].toHost.median).to.equal(0.9);
    expect(summary[groups[1][1].name].toHost.median).to.equal(0.5);
    expect(summary.koa.rate).to.equal(150);
  });

  it('measures a host beside itself as any other program, by processor time and by the clock', () => {
    const [group] = groupsOf('hello', ['node-http']);
    const rounds = [
      [
        { rate: 100, byClock: 90 },
        { rate: 98, byClock: 45 },
      ],
    ];
    const { toHost, toHostByClock } = summaryOf([{ group, rounds }])['node-http again'];

    expect(toHost.median).to.equal(0.98);
    expect(toHostByClock.median).to.equal(0.5);
  });
});
