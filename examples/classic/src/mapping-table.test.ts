import type { MappingInfo } from '@verbena/core';
import { expect } from 'chai';
import { stripVTControlCharacters } from 'node:util';
import { mappingTable } from './mapping-table.js';

class Lessons {}

const mappings: readonly MappingInfo[] = [
  { name: 'Lessons', verb: 'GET,POST', path: '*/training/*', kind: 'factory', target: Lessons },
  { name: 'Anything', verb: '*', path: ['/a', '/b'], kind: 'handler', target: Lessons },
];

describe('mappingTable', () => {
  const lines = mappingTable(mappings, false).split('\n');

  it('shows verbs, path and class of each mapping, in the order given', () => {
    expect(lines[3]).to.match(/GET POST │ \*\/training\/\* │ Lessons\s+factory │$/);
    expect(lines[4]).to.match(/any\s+│ \/a, \/b\s+│ Anything\s+│$/);
  });

  it('keeps every line equally wide', () => {
    expect(new Set(lines.map((line) => line.length)).size).to.equal(1);
  });

  it('adds colours without moving anything', () => {
    const coloured = mappingTable(mappings, true);
    expect(coloured).to.include('\u001b[');
    expect(stripVTControlCharacters(coloured)).to.equal(lines.join('\n'));
  });
});
