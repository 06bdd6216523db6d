import { expect } from 'chai';
import type { OperationPart } from '../handler.js';
import type { ProgressReport } from './report.js';
import { Reporter } from './reporter.js';

describe('report', () => {
  let touches: number;
  let warnings: string[];
  let reporter: Reporter;

  beforeEach(() => {
    touches = 0;
    warnings = [];
    reporter = new Reporter({
      touched: () => {
        touches += 1;
      },
      warn: (message) => warnings.push(message),
    });
  });

  /** Reports what types would not let pass. */
  function report(...given: readonly unknown[]): void {
    for (const one of given) reporter.report(one as ProgressReport);
  }

  for (const [given, value] of [
    [0, 0],
    [0.5, 0.5],
    [1, 0.999],
    [-5, 0],
    [1e308, 0.999],
    [null, null],
    [{ value: 0.5 }, 0.5],
    [{ value: null }, null],
    [{ done: 1, total: 4 }, 0.25],
    [{ done: 9, total: 4 }, 0.999],
    [{ done: -9, total: 4 }, 0],
    [{ value: 0.5, done: 1, total: 4 }, 0.5],
  ] as const) {
    it(`takes ${JSON.stringify(given)} as ${value}`, () => {
      report(given);
      expect(reporter.progress.value).to.equal(value);
      expect(warnings).to.deep.equal([]);
    });
  }

  for (const given of [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    '50',
    undefined,
    true,
    10n,
    Symbol('x'),
    { value: '50' },
    { done: Number.NaN, total: 5 },
    { done: '7', total: 5 },
  ]) {
    it(`takes ${typeof given === 'object' ? JSON.stringify(given) : String(given)} as unknown, and warns once`, () => {
      report(0.5);
      report(given, given);
      expect(reporter.progress.value).to.equal(null);
      expect(warnings).to.have.length(1);
    });
  }

  it('takes a total of 0 or less as unknown', () => {
    report({ done: 1, total: 4 }, { done: 2, total: 0 });
    expect(reporter.progress).to.deep.equal({ value: null, done: 2 });
    report({ done: 3, total: -1 });
    expect(reporter.progress).to.deep.equal({ value: null, done: 3 });
  });

  it('passes over what would go back, and counts it; words are taken all the same', () => {
    report(0.8, 0.2, { done: 1, total: 4, message: 'late', phase: 'second' });
    expect(reporter.progress).to.deep.equal({ value: 0.8, message: 'late', phase: 'second' });
    expect(reporter.ignored).to.equal(2);
    report(null, 0.3);
    expect(reporter.progress.value).to.equal(null);
    report(0.9);
    expect(reporter.progress.value).to.equal(0.9);
  });

  it('goes back when it is reset', () => {
    report({ done: 8, total: 10 }, { reset: true });
    expect(reporter.progress).to.deep.equal({ value: null });
    report({ reset: true, value: 0.1 });
    expect(reporter.progress.value).to.equal(0.1);
  });

  it('remembers the total, and what is counted', () => {
    report({ total: 10, unit: 'rows' }, { done: 5 });
    expect(reporter.progress).to.deep.equal({ value: 0.5, done: 5, total: 10, unit: 'rows' });
  });

  it('cuts texts, and makes them one line', () => {
    report({ message: `a\r\nb\u2028c${'\u{1f600}'.repeat(200)}`, phase: 'x'.repeat(100), unit: '\0' });
    const { message = '', phase, unit } = reporter.progress;
    expect(message.startsWith('a b c')).to.equal(true);
    expect(message.length).to.be.within(195, 200);
    expect(Buffer.from(message).toString(), 'no half of a pair').to.equal(message);
    expect([phase?.length, unit]).to.deep.equal([64, ' ']);
    report({ message: 7, phase: {}, unit: null });
    expect(reporter.progress.message).to.equal(message);
  });

  it('never throws', () => {
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error('no');
        },
      },
    );
    report(hostile, () => {}, []);
    reporter.step(hostile as string, hostile as number).report(hostile);
    expect(warnings).to.have.length(1);
  });

  it('tells of news, until it is closed', () => {
    report(0.1, 0.2);
    expect(touches).to.equal(2);
    reporter.close();
    report(0.3, Number.NaN);
    expect(touches).to.equal(2);
    expect(warnings).to.deep.equal([]);
  });

  describe('and step', () => {
    it('add up by weight', () => {
      const read = reporter.step('read', 1);
      const write = reporter.step('write', 3);
      expect(reporter.progress.value).to.equal(null);
      read.finish();
      expect(reporter.progress.value).to.equal(0.25);
      write.report({ done: 1, total: 2, unit: 'rows' });
      expect(reporter.progress).to.deep.equal({
        value: 0.625,
        children: [
          { name: 'read', value: 1, weight: 1 },
          { name: 'write', value: 0.5, weight: 3, done: 1, total: 2, unit: 'rows' },
        ],
      });
      write.finish();
      expect(reporter.progress.value).to.equal(0.999);
    });

    it('do not go back when a part begins late', () => {
      reporter.step('first').finish();
      expect(reporter.progress.value).to.equal(0.999);
      reporter.step('second').report(0);
      expect(reporter.progress.value).to.equal(0.999);
      report({ reset: true });
      expect(reporter.progress).to.deep.equal({ value: null });
    });

    it('go three deep, and deeper ones are not shown', () => {
      const third = reporter.step('1').step('2').step('3');
      third.report(0.5);
      const fourth = third.step('4');
      fourth.report(1);
      fourth.step('5').finish();
      const { children } = reporter.progress;
      expect(reporter.progress.value).to.equal(0.5);
      expect(children?.[0]?.children?.[0]?.children).to.deep.equal([{ name: '3', value: 0.5, weight: 1 }]);
      expect(warnings).to.have.length(1);
    });

    it('are 32 at most', () => {
      const parts: OperationPart[] = [];
      for (let count = 0; count < 40; count += 1) parts.push(reporter.step(`part ${count}`));
      for (const part of parts) part.finish();
      expect(reporter.progress.children).to.have.length(32);
      expect(warnings).to.have.length(1);
    });

    it('take a weight that makes no sense as 1', () => {
      for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '2']) reporter.step('x', weight as number);
      expect(reporter.progress.children?.map(({ weight }) => weight)).to.deep.equal([1, 1, 1, 1, 1]);
      expect(warnings).to.have.length(1);
    });

    it('stay within 4 KiB, whatever they say', () => {
      const parts: OperationPart[] = [];
      for (let count = 0; count < 32; count += 1) parts.push(reporter.step('ö'.repeat(100), 1));
      for (const part of parts) part.report({ done: 1, total: 3, message: 'é'.repeat(300), phase: '€'.repeat(90) });
      report({ message: '€'.repeat(300) });
      const { progress } = reporter;
      expect(Buffer.byteLength(JSON.stringify(progress))).to.be.at.most(4096);
      expect(progress.message).to.have.length(200);
      expect(progress.value).to.be.closeTo(1 / 3, 0.01);
      expect(progress.children).to.have.length(32);
    });
  });
});
