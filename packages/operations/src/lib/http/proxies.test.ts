import { requireProgram } from '@verbena/test-programs';
import { Nginx } from '@verbena/test-programs/nginx';
import { expect } from 'chai';
import { EventReader } from './event-reader.test-support.js';
import { hosts, type Serve } from './hosts.test-support.js';
import { OperationsSite } from './operations-site.test-support.js';

const settings: Readonly<Record<string, readonly string[]>> = {
  'that does not buffer': ['proxy_buffering off;'],
  'that buffers': ['proxy_buffering on;', 'proxy_buffers 8 64k;'],
  'that buffers and compresses': [
    'proxy_buffering on;',
    'gzip on;',
    'gzip_min_length 0;',
    'gzip_types text/event-stream;',
  ],
};

for (const [how, lines] of Object.entries(settings)) {
  describe(`event streams behind an nginx ${how}`, () => {
    let nginx: Nginx;
    let site: OperationsSite;

    before(function () {
      requireProgram(this, 'nginx');
    });

    beforeEach(async function () {
      const serve: Serve = async (app) => {
        const served = await (hosts['toKoa'] as Serve)(app);
        nginx = await Nginx.start(this, served.url, lines);
        return { ...served, url: nginx.url };
      };
      site = await OperationsSite.open({ serve });
    });

    afterEach(async () => {
      await site.close();
      await nginx.stop();
    });

    it('bring each frame as it is sent', async () => {
      const visitor = site.visitor();
      const { id, links } = await visitor.start();
      const work = await site.steering.of(id);
      const response = await visitor.get(links.events, { 'accept-encoding': 'gzip' });
      const events = new EventReader(response);
      expect((await events.news())?.data).to.include({ id, state: 'running' });
      for (const value of [0.25, 0.5]) {
        work.operation.report(value);
        expect((await events.news())?.data?.['progress']).to.deep.include({ value });
      }
      work.finish();
      expect((await events.rest()).at(-1)?.data).to.include({ state: 'succeeded' });
    });
  });
}
