import { expect } from 'chai';
import { app } from './written-response.js';

describe('samples/written-response', () => {
  it('joins what was written', async () => {
    const response = await app.fetch(new Request('http://localhost/invitation?guest=Ann'));

    expect(response.headers.get('content-type')).to.equal('text/plain; charset=utf-8');
    expect(await response.text()).to.equal('You are invited, Ann');
  });

  it('leaves the handler at end()', async () => {
    const response = await app.fetch(new Request('http://localhost/invitation'));

    expect(response.status).to.equal(400);
    expect(await response.text()).to.equal('Who is invited?');
  });

  it('sends a piece with each flush()', async () => {
    const response = await app.fetch(new Request('http://localhost/steps'));
    const pieces: string[] = [];
    for await (const piece of response.body ?? []) pieces.push(Buffer.from(piece).toString());

    expect(pieces).to.deep.equal(['one\n', 'two\n', 'three\n', 'done\n']);
  });
});
