import { expect } from 'chai';
import { type ClassicUnderTest, startClassicUnderTest } from '../classic-under-test.js';

describe('The visits', () => {
  let site: ClassicUnderTest;

  before(async () => {
    site = await startClassicUnderTest();
    await site.fetch('/demo/training/a.sync');
    await site.fetch('/demo/training/b.sync');
  });

  after(() => site.close());

  it('are had as JSON from VisitsAsJson', async () => {
    const answer = await site.fetch('/visits.json');
    expect(answer.headers.get('content-type')).to.equal('application/json');
    const { since, visits } = (await answer.json()) as { since: string; visits: unknown[] };
    expect(new Date(since).toISOString()).to.equal(since);
    expect(visits[0]).to.deep.equal({ name: 'SyncHandler', requests: 2 });
  });

  it('are had as XML from VisitsAsXml', async () => {
    const answer = await site.fetch('/visits.xml');
    expect(answer.headers.get('content-type')).to.equal('application/xml; charset=utf-8');
    expect(await answer.text()).to.match(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<visits since="[^"]+">\n {2}<visit handler="SyncHandler" requests="2"\/>\n/,
    );
  });

  it('are had as text from VisitsAsText', async () => {
    const answer = await site.fetch('/visits.txt');
    expect(answer.headers.get('content-type')).to.equal('text/plain; charset=utf-8');
    expect(await answer.text()).to.match(/\n {6}2 {2}SyncHandler\n/);
  });

  it('count handlers that a factory chose for the factory', async () => {
    await site.fetch('/demo/training/lesson');
    expect(await (await site.fetch('/visits.txt')).text()).to.match(/1 {2}TrainingFactory\n/);
  });
});
