import { expect } from 'chai';
import { app } from './result-async-iterable.js';

describe('samples/result-async-iterable', () => {
  it('sends each event by itself', async () => {
    const response = await app.fetch(new Request('http://localhost/countdown/2'));
    const pieces: string[] = [];
    for await (const piece of response.body ?? []) pieces.push(Buffer.from(piece).toString());

    expect(response.headers.get('content-type')).to.equal('text/event-stream; charset=utf-8');
    expect(pieces).to.deep.equal(['data: 2\n\n', 'data: 1\n\n', 'data: lift-off\n\n']);
  });
});
