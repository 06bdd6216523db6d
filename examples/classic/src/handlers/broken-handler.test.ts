import { expect } from 'chai';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';

describe('BrokenHandler', () => {
  const { error: consoleError } = console;
  let site: ClassicUnderTest;
  let logged: unknown[][];

  before(async () => {
    site = await startClassicUnderTest();
  });

  after(() => site.close());

  beforeEach(() => {
    logged = [];
    console.error = (...entry: unknown[]) => logged.push(entry);
  });

  afterEach(() => {
    console.error = consoleError;
  });

  it('shows clients a plain 500', async () => {
    const answer = await site.fetch('/broken');
    expect(answer.status).to.equal(500);
    expect(await answer.json()).to.deep.equal({ type: 'about:blank', title: 'Internal Server Error', status: 500 });
  });

  it('shows browsers a page that tells no more', async () => {
    const answer = await site.fetch('/broken', { headers: { accept: 'text/html' } });
    expect(answer.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(await answer.text())
      .to.include('500 Internal Server Error')
      .and.not.include('greenhouse');
  });

  it('has its error in the log, once, with the request', async () => {
    await site.fetch('/broken');
    expect(logged).to.have.lengthOf(1);
    const [text, error] = logged[0] ?? [];
    expect(text).to.equal('GET /broken failed');
    expect(error).to.be.instanceOf(Error).with.property('message').that.includes('The greenhouse is locked');
  });
});
