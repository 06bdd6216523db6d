import { expect } from 'chai';
import { app } from './asynchronous.js';

describe('samples/asynchronous', () => {
  it('sends its first words before the external process has ended', async () => {
    const response = await app.fetch(new Request('http://localhost/training/first.async'));
    const pieces: string[] = [];
    for await (const piece of response.body ?? []) pieces.push(Buffer.from(piece).toString());

    expect(pieces).to.deep.equal([
      '<h1>Hello from an asynchronous handler</h1>',
      `<p>An external process says ${process.version}\n</p>`,
    ]);
  });
});
