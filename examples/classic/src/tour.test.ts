import type { MappingInfo } from '@verbena/core';
import { expect } from 'chai';
import { Tour } from './tour.js';

class Anything {}

function mapped(name: string): MappingInfo {
  return { name, verb: 'GET', path: `/${name}`, kind: 'handler', target: Anything };
}

describe('Tour', () => {
  it('leads through the mappings as they are when it is asked', () => {
    let mappings = [mapped('HomePage')];
    const tour = new Tour(() => mappings);
    const namesSeen = (): string[] => tour.sections.flatMap(({ stops }) => stops.map(({ mapping }) => mapping.name));
    expect(namesSeen()).to.deep.equal(['HomePage']);
    mappings = [mapped('HomePage'), mapped('SyncHandler')];
    expect(namesSeen()).to.deep.equal(['SyncHandler', 'HomePage']);
  });

  it('leaves out no mapping it knows nothing of', () => {
    const { title, stops } = new Tour(() => [mapped('constructor')]).sections.at(-1) ?? {};
    expect(title).to.equal('More');
    expect(stops?.map(({ mapping }) => mapping.name)).to.deep.equal(['constructor']);
  });
});
