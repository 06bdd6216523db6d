import { expect } from 'chai';
import { app } from './result-text.js';

describe('samples/result-text', () => {
  async function answer(path: string): Promise<string[]> {
    const response = await app.fetch(new Request(`http://localhost${path}`));
    return [response.headers.get('content-type') ?? '', await response.text()];
  }

  it('sends text with the type it looks like', async () => {
    expect(await answer('/motto')).to.deep.equal(['text/plain; charset=utf-8', 'Slow is smooth']);
    expect(await answer('/robots.xml')).to.deep.equal([
      'application/xml; charset=utf-8',
      '<?xml version="1.0"?><robots/>',
    ]);
  });

  it('keeps the type that was set', async () => {
    expect(await answer('/people.csv')).to.deep.equal(['text/csv; charset=utf-8', 'name,age\nAnn,40\n']);
  });
});
