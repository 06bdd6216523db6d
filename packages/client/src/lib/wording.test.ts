import { expect } from 'chai';
import { createWording } from './wording.js';

describe('createWording', () => {
  const english = createWording({}, 'en');
  const german = createWording({ remaining: 'noch {}', cancel: 'Abbrechen' }, 'de');

  it('never says 100 % before the end', () => {
    expect(english.percent(0.999)).to.equal('99%');
    expect(english.percent(1)).to.equal('100%');
    expect(german.percent(0.5)).to.equal('50\u00a0%');
  });

  it('says how much is done', () => {
    expect(english.amount({ value: 0.5, done: 1200, total: 2400, unit: 'rows' })).to.equal('1,200 / 2,400 rows');
    expect(german.amount({ value: 0.5, done: 1200, total: 2400, unit: 'Zeilen' })).to.equal('1.200 / 2.400 Zeilen');
    expect(english.amount({ value: null, done: 7, unit: 'rows' })).to.equal('7 rows');
    expect(english.amount({ value: 0.5 })).to.equal('');
  });

  it('rounds times as people do', () => {
    const said = [200, 8_400, 11_000, 54_000, 56_000, 61_000, 3_600_000].map((ms) => english.remaining(ms));
    expect(said).to.deep.equal([
      '1 second left',
      '9 seconds left',
      '15 seconds left',
      '55 seconds left',
      '1 minute left',
      '2 minutes left',
      '60 minutes left',
    ]);
    expect(german.remaining(30_000)).to.equal('noch 30 Sekunden');
  });

  it('leaves numbers to the browser where the page names no language', () => {
    for (const lang of [undefined, '', 'en_US']) expect(createWording({}, lang).percent(0.5)).to.match(/50/);
  });

  it('takes labels of the page in place of the English ones', () => {
    expect(german.labels.cancel).to.equal('Abbrechen');
    expect(german.labels.retry).to.equal('Try again');
    expect(english.restarted(2)).to.equal('Restarted (attempt 2)');
  });
});
