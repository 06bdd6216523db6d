import { expect } from 'chai';
import { chartOf } from './chart.mjs';

describe('chartOf', () => {
  const measured = (median) => ({ toHost: { median, lowest: median - 0.1, highest: median + 0.1 } });

  it('has a row for each peer that was measured, and a dash where it was not', () => {
    const svg = chartOf({
      works: {
        hello: { programs: { 'verbena-koa': measured(0.9), 'koa-router': measured(0.8) } },
        scoped: { programs: { 'verbena-koa': measured(0.7) } },
      },
    });

    expect(svg.match(/class="name[^>]*>[^<]+/g)).to.have.length(2);
    expect(svg).to.contain('>0.90<').and.to.contain('>0.80<').and.to.contain('>0.70<').and.to.contain('>–<');
    expect(svg).to.not.contain('NestJS');
    expect(svg).to.contain('prefers-color-scheme:dark');
  });
});
