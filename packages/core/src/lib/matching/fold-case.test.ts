import { expect } from 'chai';
import fc from 'fast-check';
import { foldCase } from './fold-case.js';

describe('foldCase', () => {
  it('makes letters of any script equal that differ in case only', () => {
    expect(foldCase('/Straße/ÄÖÜ/ΔΕΛΤΑ/ПУТЬ')).to.equal(foldCase('/strAße/äöü/δελτα/путь'));
  });

  it('lower-cases a capital sigma the same way wherever it stands', () => {
    expect(foldCase('ΟΔΟΣ')).to.equal('οδοσ');
  });

  it('keeps the length where lower-casing a whole string would not', () => {
    expect(foldCase('İA')).to.equal('İa');
  });

  it('keeps one letter what it is in all languages: a dotless i is not an i', () => {
    expect(foldCase('ı')).not.to.equal(foldCase('I'));
  });

  it('folds a part of a text as it folds the whole', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'A', 'Σ', 'ς', 'İ', 'É', '/', '𐐀', '.') });
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(foldCase(left + right)).to.equal(foldCase(left) + foldCase(right));
        expect(foldCase(left)).to.have.lengthOf(left.length);
      }),
    );
  });
});
