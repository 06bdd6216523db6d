import { readdir, rm } from 'node:fs/promises';
import { inProcess } from '@verbena/operations';
import { expect } from 'chai';
import { columns } from './customer.js';
import { sampleHeader, sampleRow } from './sample-customers.js';
import { createSite, type Site } from './site.js';
import { importedNumbers, temporaryFolder } from './testing/folder.js';
import { until } from './testing/until.js';

interface Record {
  readonly id: string;
  readonly state: string;
  readonly error?: { readonly code: string; readonly detail?: string };
  readonly links: { readonly self: string; readonly result: string; readonly cancel: string };
}

const header = columns.join(',');
const good = '7,Ada,Ada@Example.org,SE,1990-12-31,12.50';

describe('ImportCustomers', () => {
  let folder: string;
  let site: Site;
  let cookie: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    site = createSite({ folder, driver: inProcess(), ownerSecret: 'only for this test' });
    cookie = await visit();
  });

  afterEach(async () => {
    await site.app.close();
    await site.operations.close();
    await rm(folder, { recursive: true });
  });

  async function visit(): Promise<string> {
    const page = await site.app.fetch(new Request('http://localhost/'));
    await page.text();
    return page.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  }

  const ask = (verb: string, path: string, body?: string, as = cookie): Promise<Response> =>
    site.app.fetch(
      new Request(`http://localhost${path}`, {
        method: verb,
        headers: { cookie: as, prefer: 'wait=10' },
        ...(body === undefined ? {} : { body }),
      }),
    );

  async function add(text: string): Promise<string> {
    const added = await ask('POST', '/files?name=customers.csv', text);
    expect(added.status).to.equal(201);
    return ((await added.json()) as { readonly id: string }).id;
  }

  async function importText(text: string): Promise<Record> {
    const answer = await ask('POST', `/files/${await add(text)}/import`);
    expect(answer.status).to.equal(200);
    return (await answer.json()) as Record;
  }

  async function reportOf({ links }: Record): Promise<string> {
    const report = await ask('GET', links.result);
    expect(report.headers.get('content-type')).to.equal('text/csv; charset=utf-8');
    return report.text();
  }

  it('imports what is right, and reports what is not, with its line', async () => {
    const rows = [good, '8," ",ada,Sweden,2990-02-30,1', '9,"O""Neill, Ed",ed@example.org,IE,1970-01-01,-0.10', '1,2'];
    const done = await importText([`\ufeff${header}`, ...rows].join('\r\n'));
    expect(done.state).to.equal('succeeded');
    expect((await importedNumbers(folder)).numbers).to.deep.equal([7, 9]);
    expect((await reportOf(done)).split('\n')).to.deep.equal([
      `line,problems,${header}`,
      '3,name is missing; email is no e-mail address; country is no code of two capital letters; ' +
        'born is no day such as 1990-12-31; balance is no amount such as 12.50,8, ,ada,Sweden,2990-02-30,1',
      '5,has 2 columns in place of 6,1,2',
      '',
    ]);
  });

  for (const [what, text, code, detail] of [
    ['an empty file', '', 'wrong-header', 'Column 1 is nothing, and “number” is expected'],
    [
      'a column too many',
      `${header},more\n${good},1`,
      'wrong-header',
      'Column 7 is “more”, and nothing more is expected',
    ],
    ['a quote that is never closed', `${header}\n${good}\n8,"Bo\n${good}`, 'unreadable', 'Quote Not Closed'],
    ['a row without an end', `${header}\n${good}\n8,"${'x'.repeat(200_000)}`, 'unreadable', 'Max Record Size'],
    ['no text at all', '\0\u0001\u0002'.repeat(50_000), 'unreadable', 'Max Record Size'],
  ] as const) {
    it(`refuses ${what}, and imports nothing of it`, async () => {
      const { state, error } = await importText(text);
      expect(state).to.equal('failed');
      expect(error).to.include({ code });
      expect(error?.detail).to.include(detail).and.include('Nothing was imported');
      expect(await importedNumbers(folder)).to.deep.equal({ numbers: [], parts: [] });
    });
  }

  it('lets nobody touch a file while it is imported, and nobody else at any time', async () => {
    const many = [sampleHeader('right'), ...Array.from({ length: 200_000 }, (_, row) => sampleRow(row + 1))];
    const path = `/files/${await add(many.join('\n'))}`;
    // At once, so that none of them comes when the import is over.
    const statuses = (as: string): Promise<readonly number[]> =>
      Promise.all([
        statusOf('PUT', path, header, as),
        statusOf('POST', `${path}/import`, undefined, as),
        statusOf('DELETE', path, undefined, as),
      ]);
    const running = ask('POST', `${path}/import`);
    await until(async () => (await operations()).length === 1);
    expect(await statuses(cookie)).to.deep.equal([409, 409, 409]);
    const [operation] = await operations();
    expect(await statusOf('POST', operation?.links.cancel ?? '')).to.equal(202);
    await (await running).text();
    const content = await ask('GET', path);
    expect(content.headers.get('cache-control')).to.equal('private, no-cache');
    await content.body?.cancel();
    const stranger = await visit();
    expect(await statuses(stranger)).to.deep.equal([404, 404, 404]);
    expect(await statusOf('GET', path, undefined, stranger)).to.equal(404);
    expect(await statusOf('GET', path, undefined, 'visitor=made-up')).to.equal(403);
    expect(await statusOf('DELETE', path)).to.equal(204);
  });

  it('imports a file once when it is asked to twice at once', async () => {
    const path = `/files/${await add(`${header}\n${good}`)}/import`;
    const asked = await Promise.all([statusOf('POST', path), statusOf('POST', path)]);
    expect(asked).to.have.members([200, 409]);
    expect(await statusOf('POST', path)).to.equal(200);
  });

  it('keeps what it imports where another content was on its way, and leaves no trace of that', async () => {
    const id = await add(
      [sampleHeader('right'), ...Array.from({ length: 30_000 }, (_, row) => sampleRow(row + 1))].join('\n'),
    );
    const sent = new TransformStream<Uint8Array, Uint8Array>();
    const writer = sent.writable.getWriter();
    const replacing = site.app.fetch(
      new Request(`http://localhost/files/${id}`, {
        method: 'PUT',
        headers: { cookie },
        body: sent.readable,
        duplex: 'half',
      }),
    );
    await writer.write(new TextEncoder().encode(header));
    const running = ask('POST', `/files/${id}/import`);
    await until(async () => (await operations()).length === 1);
    await writer.close();
    expect((await replacing).status).to.equal(409);
    expect(await (await running).json()).to.deep.include({ state: 'succeeded' });
    expect((await readdir(folder, { recursive: true })).filter((name) => /\.csv\.|\.held$/.test(name))).to.deep.equal(
      [],
    );
  });

  it('cannot be led out of its folder', async () => {
    for (const id of ['%2e%2e%2f%2e%2e%2fowner-secret', '__proto__', 'a'.repeat(24), 'x'.repeat(10_000)])
      expect(await statusOf('GET', `/files/${id}`), id).to.be.oneOf([404, 405]);
  });

  async function statusOf(...asked: Parameters<typeof ask>): Promise<number> {
    const answer = await ask(...asked);
    await answer.body?.cancel();
    return answer.status;
  }

  async function operations(): Promise<readonly Record[]> {
    const listed = (await (await ask('GET', '/operations?state=running')).json()) as { operations: Record[] };
    return listed.operations;
  }
});
