import { expect } from 'chai';
import { EventReader } from './event-reader.test-support.js';
import { hosts } from './hosts.test-support.js';
import { OperationsSite } from './operations-site.test-support.js';

for (const [host, serve] of Object.entries(hosts)) {
  describe(`event streams of operationHandlers, by ${host}`, () => {
    let site: OperationsSite;

    beforeEach(async () => {
      site = await OperationsSite.open({ serve });
    });

    afterEach(async () => {
      await site.close();
      expect(site.errors).to.deep.equal([]);
    });

    it('begin with a snapshot, tell progress, and end with the terminal state', async () => {
      const visitor = site.visitor();
      const { id, links } = await visitor.start();
      const work = await site.steering.of(id);
      const response = await visitor.get(links.events, { accept: 'text/event-stream' });
      expect(response.headers.get('content-type')).to.equal('text/event-stream');
      expect(response.headers.get('cache-control')).to.equal('no-cache, no-transform');
      expect(response.headers.get('x-accel-buffering')).to.equal('no');
      const events = new EventReader(response);
      expect((await events.next())?.retry).to.be.within(1500, 2500);
      const snapshot = await events.next();
      expect(snapshot).to.include({ event: 'state' });
      expect(snapshot?.data).to.include({ id, kind: 'steered', state: 'running' });
      expect(snapshot?.id).to.equal(String(snapshot?.data?.seq));
      work.operation.report({ done: 1, total: 4, message: 'one\r\nevent: gone\n\n' });
      const progress = await events.news();
      expect(progress?.event).to.equal('progress');
      expect(progress?.data?.['progress']).to.deep.include({ value: 0.25, done: 1, total: 4 });
      expect(Object.keys(progress?.data ?? {})).to.deep.equal(['id', 'seq', 'attempt', 'progress']);
      work.finish({ imported: 7 });
      const rest = await events.rest();
      expect(rest.at(-1)?.data).to.deep.include({ state: 'succeeded', result: { imported: 7 } });
      expect(rest.filter(({ data }) => data?.state === 'succeeded')).to.have.length(1);
    });
  });
}
