import { expect } from 'chai';
import { portOf } from './port.js';

describe('portOf', () => {
  it('gives the port that was set, and 3000 where nothing was', () => {
    expect(portOf('8080')).to.equal(8080);
    expect(portOf('0')).to.equal(0);
    expect(portOf('')).to.equal(3000);
    expect(portOf(undefined)).to.equal(3000);
  });

  for (const setting of ['http', '-1', '65536', '80.5', ' 80', '0x50']) {
    it(`refuses "${setting}" and says what it takes`, () => {
      expect(() => portOf(setting)).to.throw(RangeError, `PORT is "${setting}", which is no port`);
    });
  }
});
