import { expect } from 'chai';
import { app } from './begin-end.js';

describe('samples/begin-end', () => {
  it('answers with what End returns', async () => {
    const response = await app.fetch(new Request('http://localhost/games/RollDice.ashx?sides=1'));

    expect(await response.text()).to.equal('You rolled 1');
  });
});
