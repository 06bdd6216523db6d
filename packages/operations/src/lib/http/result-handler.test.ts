import { expect } from 'chai';
import { ResultContent, type ResultStore, type ResultToSave, type SavedResult } from '../../index.js';
import { hosts } from './hosts.test-support.js';
import { OperationsSite } from './operations-site.test-support.js';

const MEBIBYTE = 1_048_576;

/** Keeps how long results were, and gives as much again when asked, so that no test holds it all. */
class MeasuringStore implements ResultStore {
  readonly lengths = new Map<string, number>();
  #given: Partial<SavedResult> = {};

  /** What `open` gives instead. */
  give(saved: Partial<SavedResult>): void {
    this.#given = saved;
  }

  async save({ id, content }: ResultToSave): Promise<string> {
    let length = 0;
    for await (const piece of content) length += piece.byteLength;
    this.lengths.set(id, length);
    return id;
  }

  async open(reference: string): Promise<SavedResult | undefined> {
    const length = this.lengths.get(reference);
    if (length === undefined) return undefined;
    return { type: 'application/octet-stream', bytes: length, content: bytesOf(length), ...this.#given };
  }

  async delete(reference: string): Promise<void> {
    this.lengths.delete(reference);
  }
}

async function* bytesOf(length: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(65_536).fill(120);
  for (let left = length; left > 0; left -= piece.length) yield piece.subarray(0, left);
}

for (const [host, serve] of Object.entries(hosts)) {
  describe(`results of operations, by ${host}`, () => {
    let site: OperationsSite;
    let store: MeasuringStore;

    beforeEach(async () => {
      store = new MeasuringStore();
      site = await OperationsSite.open({ serve, operations: { results: store } });
    });

    afterEach(async () => {
      await site.close();
      expect(site.errors).to.deep.equal([]);
    });

    /** Brings an operation to its end, and gives the path of its result. */
    async function ended(result: unknown): Promise<{ get: () => Promise<Response>; id: string }> {
      const visitor = site.visitor();
      const { id, links } = await visitor.start();
      (await site.steering.of(id)).finish(result);
      await (await visitor.watch(links.events)).rest();
      return { id, get: () => visitor.get(links.result) };
    }

    it('of 100 MiB are passed on piece by piece, with their type and length, and cannot run as a page', async () => {
      const length = 100 * MEBIBYTE;
      const { get } = await ended(new ResultContent(bytesOf(length), 'text/html'));
      store.give({ type: 'text/html' });
      const response = await get();
      expect(response.status).to.equal(200);
      expect(Object.fromEntries(response.headers)).to.deep.include({
        'content-type': 'text/html; charset=utf-8',
        'content-length': String(length),
        'x-content-type-options': 'nosniff',
        'content-security-policy': 'sandbox',
        'cache-control': 'private, no-cache',
      });
      let taken = 0;
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      for await (const piece of response.body ?? []) {
        taken += piece.byteLength;
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      expect(taken).to.equal(length);
      expect(most).to.be.below(60 * MEBIBYTE);
    });

    it('that lie elsewhere are pointed to', async () => {
      const { get } = await ended('x'.repeat(70_000));
      store.give({ content: new URL('https://files.example/result?a=1') });
      const response = await get();
      expect([response.status, response.headers.get('location')]).to.deep.equal([
        303,
        'https://files.example/result?a=1',
      ]);
    });

    it('that are not kept any more are 410', async () => {
      const { get, id } = await ended('x'.repeat(70_000));
      store.lengths.delete(id);
      const response = await get();
      expect(response.status).to.equal(410);
      expect(((await response.json()) as { type: string }).type).to.equal('urn:verbena:operations:result-expired');
    });
  });
}
