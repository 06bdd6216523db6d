import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { hosts } from './hosts.test-support.js';
import { OperationsSite } from './operations-site.test-support.js';

/** How often a client is cut off: a few times by default, as often as the specification wants where a run is to be whole. */
const CUTS = process.env['VERBENA_NIGHTLY'] !== undefined ? 1000 : 60;

for (const [host, serve] of Object.entries(hosts)) {
  if (host === 'app.fetch') continue;
  describe(`clients that are cut off and come back, by ${host}`, () => {
    it(`see the newest state each time, and the end once, after ${CUTS} cuts at any place`, async function () {
      this.timeout(CUTS * 1_000);
      const site = await OperationsSite.open({ serve });
      const visitor = site.visitor();
      const { id, links } = await visitor.start();
      const work = await site.steering.of(id);
      const cookie = Array.from(visitor.cookies, ([name, value]) => `${name}=${value}`).join('; ');
      const { hostname, port } = new URL(site.url);
      let newest = 0;
      for (let cut = 1; cut <= CUTS; cut += 1) {
        const socket = connect(Number(port), hostname);
        socket.write(`GET ${links.events} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookie}\r\n\r\n`);
        work.operation.report(cut / (CUTS + 1));
        const text = await readUntil(socket, 'retry: ', (cut * 37) % 900);
        socket.destroy();
        const seqs = [...text.matchAll(/^id: (\d+)\n/gm)].map(([, seq]) => Number(seq));
        for (const seq of seqs) {
          expect(seq).to.be.at.least(newest);
          newest = seq;
        }
      }
      const events = await visitor.watch(links.events, { 'last-event-id': String(newest) });
      expect((await events.news())?.data?.seq).to.be.at.least(newest);
      work.finish('over');
      const ends = (await events.rest()).filter(({ data }) => data?.state === 'succeeded');
      expect(ends).to.have.length(1);
      // Those who were cut off hold no place any more.
      for (let count = 0; count < 20; count += 1) await visitor.watch(links.events);
      await site.close();
      expect(site.errors).to.deep.equal([]);
    });
  });
}

/** What comes until a text was there, and so many characters more, as far as they come with it. */
function readUntil(socket: Socket, text: string, more: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = '';
    socket.setEncoding('utf8');
    socket.on('error', reject);
    socket.on('data', (chunk: string) => {
      all += chunk;
      const start = all.indexOf(text);
      if (start >= 0) resolve(all.slice(0, start + text.length + more));
    });
    socket.on('close', () => resolve(all));
  });
}
