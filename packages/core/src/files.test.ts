import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs, { chmodSync, type ReadStream, renameSync, rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { answer, RecordHeaders } from './adapter.js';
import { transmitFile, type TransmitOptions } from './files.js';
import type { HandlerApp } from './lib/app.js';
import type { HttpContext } from './lib/context.js';
import { defineFactory, defineHandler } from './lib/decorators/define.js';
import type { FilterFunction } from './lib/filter.js';
import { MemoryStore } from './lib/memory-store.js';
import { startNode } from './lib/node/node-server.test-support.js';
import { recordingApp, type RecordingApp } from './lib/recording-app.test-support.js';

const modified = new Date('2024-05-06T07:08:09Z');
const digits = '0123456789';

let folder: string;
let root: string;

/** An application that sends the file named to it, from the root. */
function sending(options: Partial<TransmitOptions> = {}): RecordingApp {
  return recordingApp([
    defineHandler('/**:file', (context: HttpContext) =>
      transmitFile(context, context.request.params['file'] ?? '', { root, ...options }),
    ),
  ]);
}

/** What comes of asking for a file by its plain name. */
async function askFor(file: string, options: Partial<TransmitOptions> = {}): Promise<Response> {
  const { errors, get } = recordingApp([
    defineHandler('/', (context: HttpContext) => transmitFile(context, file, { root, ...options })),
  ]);
  const response = await get('/');
  expect(errors).to.deep.equal([]);
  return response;
}

describe('transmitFile', () => {
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'verbena-files-')));
    root = join(folder, 'root');
    await mkdir(join(root, 'sub', 'deep'), { recursive: true });
    await mkdir(join(root, '.hidden'));
    await mkdir(join(folder, 'outside'));
    await mkdir(join(folder, 'root-too'));
    for (const [name, text] of [
      ['root/digits.txt', digits],
      ['root/empty.txt', ''],
      ['root/page.html', '<p>inside</p>'],
      ['root/data.bin', 'inside'],
      ['root/noext', 'inside'],
      ['root/caf\u00e9 \u2713 100%25.json', '"inside"'],
      ['root/a?b#c.txt', 'inside'],
      ['root/sub/b.txt', 'inside'],
      ['root/sub/deep/c.svg', '<svg/>'],
      ['root/..notes.txt', 'inside'],
      ['root/.env', 'inside, yet hidden'],
      ['root/.hidden/x.txt', 'inside, yet hidden'],
      ['outside/secret.txt', 'outside'],
      ['root-too/secret.txt', 'outside'],
      ['secret.txt', 'outside'],
    ] as const) {
      await writeFile(join(folder, name), text);
      await utimes(join(folder, name), modified, modified);
    }
    await symlink(join(folder, 'outside', 'secret.txt'), join(root, 'link-out.txt'));
    await symlink('../outside', join(root, 'folder-out'));
    await symlink('../../secret.txt', join(root, 'sub', 'relative-out.txt'));
    await symlink('digits.txt', join(root, 'link-in.txt'));
    await symlink('sub', join(root, 'folder-in'));
    await symlink('.env', join(root, 'link-to-hidden.txt'));
    await symlink('.hidden', join(root, 'folder-to-hidden'));
    await symlink('loop.txt', join(root, 'loop.txt'));
    await symlink('/etc/passwd', join(root, 'passwd'));
    await symlink(root, join(folder, 'root-by-link'));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  describe('a file', () => {
    it('sends the file with its type, length, date and ETag', async () => {
      const { errors, get } = sending();
      const response = await get('/digits.txt');
      expect(response.status).to.equal(200);
      expect(Object.fromEntries(response.headers)).to.deep.equal({
        'accept-ranges': 'bytes',
        'cache-control': 'public, max-age=0',
        'content-length': '10',
        'content-type': 'text/plain; charset=utf-8',
        etag: `W/"a-${modified.getTime().toString(16)}"`,
        'last-modified': 'Mon, 06 May 2024 07:08:09 GMT',
      });
      expect(await response.text()).to.equal(digits);
      expect(errors).to.deep.equal([]);
    });

    for (const [file, type] of [
      ['page.html', 'text/html; charset=utf-8'],
      ['data.bin', 'application/octet-stream'],
      ['noext', 'application/octet-stream'],
      ['sub/deep/c.svg', 'image/svg+xml'],
      ['caf\u00e9 \u2713 100%25.json', 'application/json; charset=utf-8'],
      ['a?b#c.txt', 'text/plain; charset=utf-8'],
      ['link-in.txt', 'text/plain; charset=utf-8'],
      ['folder-in/b.txt', 'text/plain; charset=utf-8'],
      ['sub/../digits.txt', 'text/plain; charset=utf-8'],
      ['..notes.txt', undefined],
    ] as const) {
      it(`sends ${file} as ${type ?? 'nothing, for its name begins with a dot'}`, async () => {
        const response = await askFor(file);
        expect(response.status).to.equal(type === undefined ? 404 : 200);
        if (type !== undefined) expect(response.headers.get('content-type')).to.equal(type);
      });
    }

    it('takes a root that is itself behind a symbolic link, or ends in a slash', async () => {
      expect((await askFor('digits.txt', { root: join(folder, 'root-by-link') })).status).to.equal(200);
      expect((await askFor('digits.txt', { root: `${root}/` })).status).to.equal(200);
    });

    it('sends an empty file', async () => {
      const response = await sending().get('/empty.txt');
      expect(response.status).to.equal(200);
      expect(response.headers.get('content-length')).to.equal('0');
      expect(await response.text()).to.equal('');
    });

    it('sends the head alone for HEAD', async () => {
      const { get } = sending();
      const [head, whole] = [await get('/digits.txt', { method: 'HEAD' }), await get('/digits.txt')];
      expect(head.status).to.equal(200);
      expect([...head.headers]).to.deep.equal([...whole.headers]);
      expect(await head.text()).to.equal('');
      await whole.text();
    });

    it('tells clients how long they may keep the file', async () => {
      const cacheControl = async (options: Partial<TransmitOptions>): Promise<string | null> =>
        (await sending(options).get('/empty.txt')).headers.get('cache-control');
      expect(await cacheControl({ maxAgeMs: 61_500 })).to.equal('public, max-age=61');
      expect(await cacheControl({ maxAgeMs: 1000, immutable: true })).to.equal('public, max-age=1, immutable');
      expect(await cacheControl({ maxAgeMs: Infinity })).to.equal('public, max-age=31536000');
      for (const maxAgeMs of [-1, NaN]) expect(await cacheControl({ maxAgeMs })).to.equal('public, max-age=0');
    });

    describe('that shared caches must not keep, as it came for one client alone (RFC 9111, 3.5 and 7.3)', () => {
      const expected = 'private, max-age=1, immutable';
      const send = (context: HttpContext): unknown =>
        transmitFile(context, 'digits.txt', { root, maxAgeMs: 1000, immutable: true });

      it('says so where the client has proved who it is', async () => {
        const headers = { authorization: 'Bearer mine' };
        const { get } = recordingApp([defineHandler('/', (context: HttpContext) => send(context))]);
        expect((await get('/', { headers })).headers.get('cache-control')).to.equal(expected);
        const known = await get('/', { headers: { ...headers, 'if-none-match': '*' } });
        expect([known.status, known.headers.get('cache-control')]).to.deep.equal([304, expected]);
      });

      it('says so where the handler declares a session, also one that a factory has chosen', async () => {
        class Chosen {
          processRequest = send;
        }
        defineHandler({ path: '/', session: 'readonly' }, Chosen);
        class Choosing {
          getHandler(): typeof Chosen {
            return Chosen;
          }
        }
        const { get } = recordingApp(
          [
            defineHandler({ path: '/readonly', session: 'readonly' }, (context: HttpContext) => send(context)),
            defineHandler({ path: '/required', session: 'required' }, (context: HttpContext) => {
              context.session.set('seen', true);
              return send(context);
            }),
            defineFactory('/chosen', Choosing),
          ],
          { session: { store: new MemoryStore() } },
        );
        for (const path of ['/readonly', '/required', '/chosen']) {
          expect((await get(path)).headers.get('cache-control'), path).to.equal(expected);
        }
      });

      it('says so where the answer sets a cookie', async () => {
        const { get } = recordingApp([
          defineHandler('/', (context: HttpContext) => {
            context.response.cookies.set('name', 'value');
            return send(context);
          }),
        ]);
        expect((await get('/')).headers.get('cache-control')).to.equal(expected);
      });
    });

    it('leaves what the handler said of type and caching', async () => {
      const { get } = recordingApp([
        defineHandler('/', (context: HttpContext) => {
          context.response.type = 'text/x-mine';
          context.response.headers.set('cache-control', 'private, no-store');
          return transmitFile(context, 'digits.txt', { root });
        }),
      ]);
      const response = await get('/');
      expect(response.headers.get('content-type')).to.equal('text/x-mine; charset=utf-8');
      expect(response.headers.get('cache-control')).to.equal('private, no-store');
    });

    for (const file of ['', '.', 'sub', 'sub/', 'nothing.txt', 'sub/nothing/at/all', 'digits.txt/x', 'loop.txt']) {
      it(`answers 404 for ${JSON.stringify(file)}: a folder, or nothing`, async () => {
        expect((await askFor(file)).status).to.equal(404);
      });
    }

    it('answers 404 for what is neither file nor folder, without waiting for it', async function () {
      if (process.platform === 'win32') return this.skip();
      execFileSync('mkfifo', [join(root, 'pipe')]);
      try {
        expect((await askFor('pipe')).status).to.equal(404);
      } finally {
        await rm(join(root, 'pipe'));
      }
    });

    for (const file of ['.env', '.hidden/x.txt', 'link-to-hidden.txt', 'folder-to-hidden/x.txt']) {
      it(`answers 404 for ${file}, unless dotfiles are wanted`, async () => {
        expect((await askFor(file)).status).to.equal(404);
        expect(await (await askFor(file, { dotfiles: true })).text()).to.equal('inside, yet hidden');
      });
    }

    it('after a flush leaves no file open, and throws response-flushed', async () => {
      const { app, errors, get } = recordingApp([
        defineHandler('/', async (context: HttpContext) => {
          await context.response.flush();
          return transmitFile(context, 'digits.txt', { root });
        }),
      ]);
      const { createReadStream } = fs;
      const opened: ReadStream[] = [];
      fs.createReadStream = (...options) => {
        const stream = createReadStream(...options);
        opened.push(stream);
        return stream;
      };
      try {
        await (await get('/')).text().catch(() => {});
      } finally {
        fs.createReadStream = createReadStream;
      }
      await app.close();
      expect(errors).to.have.length(1);
      expect(errors[0]).to.have.property('code', 'response-flushed');
      expect(opened.map(({ destroyed }) => destroyed)).to.deep.equal([true]);
    });

    it('reports a root that does not exist: the program is at fault, not the client', async () => {
      const { errors, get } = sending({ root: join(folder, 'no-such-root') });
      expect((await get('/digits.txt')).status).to.equal(500);
      expect(String(errors[0])).to.contain('no-such-root');
    });
  });

  describe('that cannot be opened, though it was there', () => {
    let path: string;
    before(() => {
      path = join(root, 'fleeting.txt');
    });
    afterEach(() => rm(path, { force: true }));

    /** A filter that does not let the answer go on before the file is closed again. */
    const waiting: FilterFunction = async (_context, next) => {
      const file = (await next()) as ReadStream;
      // once() of node:events would listen for errors too.
      await new Promise<void>((resolve) => file.once('close', resolve));
      return file;
    };

    /** Asks a server for a file to which something happens between the first look at it and its opening, then for another. */
    async function askWhile(
      happens: () => void,
      use: readonly FilterFunction[] = [],
    ): Promise<{ readonly status: number; readonly errors: readonly unknown[] }> {
      await writeFile(path, 'inside');
      const { app, errors } = recordingApp([
        defineHandler({ path: '/**:file', use }, (context: HttpContext) =>
          transmitFile(context, context.request.params['file'] ?? '', { root }),
        ),
        defineHandler('/digits', (context: HttpContext) => transmitFile(context, 'digits.txt', { root })),
      ]);
      const server = await startNode(app);
      const { createReadStream } = fs;
      fs.createReadStream = (...options) => {
        fs.createReadStream = createReadStream;
        happens();
        return createReadStream(...options);
      };
      try {
        const response = await fetch(`${server.url}/fleeting.txt`);
        const { status } = (await response.json()) as { status: number };
        expect(response.status).to.equal(status);
        expect(response.headers.get('content-type')).to.equal('application/problem+json');
        for (const name of ['etag', 'last-modified', 'accept-ranges', 'cache-control']) {
          expect(response.headers.has(name), name).to.equal(false);
        }
        expect(await (await fetch(`${server.url}/digits`)).text()).to.equal(digits);
        return { status, errors };
      } finally {
        fs.createReadStream = createReadStream;
        await server.close();
      }
    }

    it('answers 404 where it has been deleted since', async () => {
      expect(await askWhile(() => rmSync(path))).to.deep.equal({ status: 404, errors: [] });
    });

    it('answers 404, and goes on, where a filter takes longer than the opening', async () => {
      expect(await askWhile(() => rmSync(path), [waiting])).to.deep.equal({ status: 404, errors: [] });
    });

    it('answers 404 where the program may not read it', async function () {
      if (process.platform === 'win32') return this.skip();
      // Nothing is kept from root.
      const isRoot = process.geteuid?.() === 0;
      if (isRoot) await chmod(folder, 0o755);
      try {
        const answered = await askWhile(() => {
          chmodSync(path, 0);
          if (isRoot) process.seteuid?.(65_534);
        });
        expect(answered).to.deep.equal({ status: 404, errors: [] });
      } finally {
        if (isRoot) process.seteuid?.(0);
      }
    });

    it('answers 500, and reports why, where the system refuses for any other reason', async function () {
      if (process.platform === 'win32') return this.skip();
      const socket = createSocketServer().listen(join(folder, 'socket'));
      await once(socket, 'listening');
      try {
        const { status, errors } = await askWhile(() => renameSync(join(folder, 'socket'), path), [waiting]);
        expect(status).to.equal(500);
        expect(errors).to.have.length(1);
        expect(errors[0]).to.have.property('syscall', 'open');
      } finally {
        socket.close();
        await once(socket, 'close');
      }
    });
  });

  describe('as a download', () => {
    for (const [name, header] of [
      ['report.pdf', 'attachment; filename="report.pdf"'],
      ['a b.txt', 'attachment; filename="a b.txt"'],
      ['caf\u00e9.txt', `attachment; filename="caf_.txt"; filename*=UTF-8''caf%C3%A9.txt`],
      [
        `it's "100%" \\ (so).txt`,
        `attachment; filename="it's _100__ _ (so).txt"; filename*=UTF-8''it%27s%20%22100%25%22%20%5C%20%28so%29.txt`,
      ],
      [
        'a\r\nSet-Cookie: evil=1',
        `attachment; filename="a__Set-Cookie: evil=1"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20evil%3D1`,
      ],
      ['half \ud800', `attachment; filename="half _"; filename*=UTF-8''half%20%EF%BF%BD`],
    ] as const) {
      it(`names it ${JSON.stringify(name)} (RFC 6266, RFC 8187)`, async () => {
        expect((await askFor('digits.txt', { downloadAs: name })).headers.get('content-disposition')).to.equal(header);
      });
    }

    it('takes any name there is', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), async (name) => {
          const response = await askFor('empty.txt', { downloadAs: name });
          const header = response.headers.get('content-disposition') ?? '';
          expect(header).to.match(/^attachment; filename="[^"\\\r\n]*"(; filename\*=UTF-8''[\w.~!#$&+^`|%-]*)?$/);
          const [, full, plain] = /filename\*=UTF-8''(.*)$|filename="(.*)"$/.exec(header) ?? [];
          const shown = full === undefined ? plain : decodeURIComponent(full);
          expect(shown).to.equal(Buffer.from(name).toString());
        }),
        { numRuns: 50 },
      );
    });
  });

  describe('conditional (RFC 9110, 13)', () => {
    const later = 'Tue, 07 May 2024 00:00:00 GMT';
    const earlier = 'Sun, 05 May 2024 00:00:00 GMT';
    const same = 'Mon, 06 May 2024 07:08:09 GMT';
    const etag = `W/"a-${modified.getTime().toString(16)}"`;
    const cases: readonly (readonly [headers: Record<string, string>, status: number])[] = [
      [{ 'if-none-match': etag }, 304],
      [{ 'if-none-match': `"x", ${etag}, "y"` }, 304],
      [{ 'if-none-match': '*' }, 304],
      [{ 'if-none-match': '"other"' }, 200],
      [{ 'if-modified-since': same }, 304],
      [{ 'if-modified-since': later }, 304],
      [{ 'if-modified-since': earlier }, 200],
      [{ 'if-modified-since': 'some day' }, 200],
      [{ 'if-none-match': '"other"', 'if-modified-since': later }, 200],
      [{ 'if-none-match': etag, 'if-modified-since': earlier }, 304],
      [{ 'if-match': '*' }, 200],
      [{ 'if-match': ' * ' }, 200],
      [{ 'if-match': '"other"' }, 412],
      [{ 'if-match': etag }, 412],
      [{ 'if-match': `"x", ${etag}` }, 412],
      [{ 'if-match': etag.slice(2) }, 412],
      [{ 'if-unmodified-since': earlier }, 412],
      [{ 'if-unmodified-since': later }, 200],
      [{ 'if-match': '"other"', 'if-none-match': etag }, 412],
    ];
    for (const [headers, status] of cases) {
      it(`answers ${status} to ${JSON.stringify(headers)}`, async () => {
        const { errors, get } = sending();
        const response = await get('/digits.txt', { headers });
        expect(response.status).to.equal(status);
        if (status === 304) {
          expect(response.body).to.equal(null);
          expect(response.headers.get('etag')).to.equal(etag);
          expect(response.headers.get('last-modified')).to.equal(same);
          expect(response.headers.has('content-type')).to.equal(false);
          expect(response.headers.has('content-length')).to.equal(false);
        } else if (status === 412) expect(await response.json()).to.have.property('title', 'Precondition Failed');
        else expect(await response.text()).to.equal(digits);
        expect(errors).to.deep.equal([]);
      });
    }

    it('answers with the new file when it has changed', async () => {
      const name = join(root, 'changing.txt');
      await writeFile(name, 'old');
      await utimes(name, modified, modified);
      const { get } = sending();
      const headers = { 'if-none-match': (await get('/changing.txt')).headers.get('etag') ?? '' };
      expect((await get('/changing.txt', { headers })).status).to.equal(304);
      await writeFile(`${name}.new`, 'new, longer');
      await rename(`${name}.new`, name);
      expect(await (await get('/changing.txt', { headers })).text()).to.equal('new, longer');
    });
  });

  describe('ranges (RFC 9110, 14)', () => {
    const cases: readonly (readonly [range: string, status: number, contentRange: string | null, text: string])[] = [
      ['bytes=0-0', 206, 'bytes 0-0/10', '0'],
      ['bytes=2-4', 206, 'bytes 2-4/10', '234'],
      ['bytes=7-', 206, 'bytes 7-9/10', '789'],
      ['bytes=7-100', 206, 'bytes 7-9/10', '789'],
      ['bytes=-3', 206, 'bytes 7-9/10', '789'],
      ['bytes=-100', 206, 'bytes 0-9/10', digits],
      ['bytes=0-', 206, 'bytes 0-9/10', digits],
      ['bytes=0-1,5-6', 200, null, digits],
      ['lines=1-2', 200, null, digits],
      ['bytes 0-1', 200, null, digits],
      ['', 200, null, digits],
    ];
    for (const [range, status, contentRange, text] of cases) {
      it(`answers "${range}" with ${status}, ${contentRange ?? 'the whole file'}`, async () => {
        const { errors, get } = sending();
        const response = await get('/digits.txt', { headers: { range } });
        expect(response.status).to.equal(status);
        expect(response.headers.get('content-range')).to.equal(contentRange);
        expect(response.headers.get('content-length')).to.equal(String(text.length));
        expect(await response.text()).to.equal(text);
        expect(errors).to.deep.equal([]);
      });
    }

    for (const [file, range, size] of [
      ['digits.txt', 'bytes=10-', 10],
      ['digits.txt', 'bytes=100-200', 10],
      ['digits.txt', 'bytes=-0', 10],
      ['digits.txt', 'bytes=4-2', 10],
      ['digits.txt', 'bytes=x-y', 10],
      ['empty.txt', 'bytes=0-0', 0],
    ] as const) {
      it(`answers 416 to "${range}" of ${file}, and says how long it is`, async () => {
        const { errors, get } = sending();
        const response = await get(`/${file}`, { headers: { range } });
        expect(response.status).to.equal(416);
        expect(response.headers.get('content-range')).to.equal(`bytes */${size}`);
        expect(response.headers.get('content-type')).to.equal('application/problem+json');
        expect(await response.json()).to.have.property('status', 416);
        expect(errors).to.deep.equal([]);
      });
    }

    for (const [ifRange, status] of [
      ['"other"', 200],
      // The file's own tag is weak, and a part must not be mended with what is only like it (RFC 9110, 13.1.5).
      [`W/"a-${modified.getTime().toString(16)}"`, 200],
      [`"a-${modified.getTime().toString(16)}"`, 200],
      ['Mon, 06 May 2024 07:08:09 GMT', 206],
      ['Sun, 05 May 2024 00:00:00 GMT', 200],
      ['some day', 200],
    ] as const) {
      it(`answers ${status} with If-Range: ${ifRange}`, async () => {
        const response = await sending().get('/digits.txt', { headers: { range: 'bytes=2-4', 'if-range': ifRange } });
        expect(response.status).to.equal(status);
        expect(await response.text()).to.equal(status === 206 ? '234' : digits);
      });
    }

    for (const verb of ['HEAD', 'POST']) {
      it(`heeds no range of ${verb}, as it is defined for GET alone (RFC 9110, 14.2)`, async () => {
        const response = await sending().get('/digits.txt', { method: verb, headers: { range: 'bytes=2-4' } });
        expect(response.status).to.equal(200);
        expect(response.headers.get('content-length')).to.equal('10');
        expect(response.headers.has('content-range')).to.equal(false);
      });
    }

    it('cuts whatever range there is', async () => {
      const { get } = sending();
      await fc.assert(
        fc.asyncProperty(fc.nat(12), fc.nat(12), async (first, last) => {
          const response = await get('/digits.txt', { headers: { range: `bytes=${first}-${last}` } });
          const text = await response.text();
          if (last < first || first > 9) expect(response.status).to.equal(416);
          else expect([response.status, text]).to.deep.equal([206, digits.slice(first, last + 1)]);
        }),
        { numRuns: 60 },
      );
    });
  });

  describe('of a big file', () => {
    const size = 64 * 1024 * 1024;

    it('reads no further than the client takes, and stops when the client leaves', async () => {
      await writeFile(join(root, 'big.bin'), '');
      await truncate(join(root, 'big.bin'), size);
      let sent: ReadStream | undefined;
      const { errors, get } = recordingApp([
        defineHandler('/', async (context: HttpContext) => {
          sent = (await transmitFile(context, 'big.bin', { root })) as ReadStream;
          return sent;
        }),
      ]);
      const response = await get('/');
      expect(response.headers.get('content-length')).to.equal(String(size));
      const reader = response.body?.getReader();
      for (let taken = 0; taken < 1_000_000; ) taken += (await reader?.read())?.value?.byteLength ?? NaN;
      expect(sent?.bytesRead).to.be.lessThan(2_000_000);
      await reader?.cancel();
      expect(sent?.destroyed).to.equal(true);
      expect(errors).to.deep.equal([]);
    });

    it('sends all of it', async () => {
      const reader = (await askFor('big.bin')).body?.getReader();
      let length = 0;
      for (let step = await reader?.read(); step?.done === false; step = await reader?.read()) {
        length += step.value.byteLength;
      }
      expect(length).to.equal(size);
    });
  });

  describe('never leaves its root', () => {
    const long = 'x'.repeat(300);
    const attempts = [
      '../secret.txt',
      'sub/../../secret.txt',
      'sub/../../outside/secret.txt',
      '../root-too/secret.txt',
      '../outside/../secret.txt',
      '..',
      '../',
      '../..',
      '/etc/passwd',
      '//etc/passwd',
      'FOLDER/secret.txt',
      'FOLDER/root/digits.txt',
      'link-out.txt',
      'folder-out',
      'folder-out/secret.txt',
      'sub/relative-out.txt',
      'folder-in/relative-out.txt',
      'passwd',
      '..\\secret.txt',
      '..\\..\\secret.txt',
      'sub\\..\\..\\secret.txt',
      'C:\\secret.txt',
      'C:/secret.txt',
      '%2e%2e/secret.txt',
      '..%2fsecret.txt',
      '%2e%2e%2fsecret.txt',
      '%252e%252e%252fsecret.txt',
      '..%5csecret.txt',
      '%c0%ae%c0%ae/secret.txt',
      '..%c0%afsecret.txt',
      '\uff0e\uff0e/secret.txt',
      '../secret.txt\0.txt',
      'digits.txt\0',
      'digits.txt\0/../../secret.txt',
      '\0',
      '.../secret.txt',
      '....//secret.txt',
      '~/secret.txt',
      'file:///etc/passwd',
      `${long}/../../secret.txt`,
      long,
      `${'x/'.repeat(5000)}y`,
      '../'.repeat(2000) + 'etc/passwd',
      '\ud800',
    ];

    for (const file of attempts) {
      it(`answers 404 for ${JSON.stringify(file.length > 60 ? `${file.slice(0, 60)} and so on` : file)}`, async () => {
        const response = await askFor(file.replace('FOLDER', folder), { dotfiles: true });
        expect(response.status).to.equal(404);
        const text = await response.text();
        expect(text).to.not.contain('outside');
        expect(text).to.not.contain(folder);
      });
    }

    it('whatever is asked for: what is sent lies below the root', async () => {
      const segment = fc.constantFrom(
        '..',
        '.',
        '',
        '...',
        'sub',
        'deep',
        'digits.txt',
        'b.txt',
        'secret.txt',
        'outside',
        'root',
        'root-too',
        'link-out.txt',
        'folder-out',
        'folder-in',
        'relative-out.txt',
        'passwd',
        'loop.txt',
        '\\',
        '..\\',
        '\0',
        '%2e%2e',
        '%2f',
        'etc',
        '~',
        '.hidden',
        '\u2024\u2024',
        'C:',
      );
      const start = fc.constantFrom('', '', '', '/', 'ROOT/', 'ROOT/../', './', '../');
      await fc.assert(
        fc.asyncProperty(
          start,
          fc.array(segment, { maxLength: 7 }),
          fc.boolean(),
          async (prefix, segments, dotfiles) => {
            const file = prefix.replace('ROOT', root) + segments.join('/');
            const response = await askFor(file, { dotfiles });
            expect([200, 404]).to.include(response.status);
            const text = await response.text();
            expect(text).to.not.contain('outside');
            expect(text).to.not.contain('root:');
          },
        ),
        { numRuns: 500 },
      );
    });
  });

  describe('behind a server', () => {
    let server: Server;
    let reported: unknown[];

    before(async () => {
      const { app, errors } = recordingApp([
        defineHandler('/files/**:file', (context: HttpContext) =>
          transmitFile(context, context.request.params['file'] ?? '', { root }),
        ),
        // A careless wildcard handler that takes what stands after the folder.
        defineHandler({ path: '/raw/**' }, (context: HttpContext) =>
          transmitFile(context, decodeURIComponent(context.request.path.slice('/raw/'.length)), { root }),
        ),
      ]);
      reported = errors;
      server = serve(app);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });

    after(async () => {
      await new Promise((resolve) => server.close(resolve));
    });

    /** Asks for a path exactly as it stands, which `fetch` would tidy up. */
    function ask(path: string): Promise<{ status: number; text: string }> {
      const { port } = server.address() as AddressInfo;
      return new Promise((resolve, reject) => {
        httpRequest({ port, host: '127.0.0.1', path, agent: false }, (message) => {
          let text = '';
          message.setEncoding('utf8');
          message.on('data', (chunk: string) => (text += chunk));
          message.on('end', () => resolve({ status: message.statusCode ?? 0, text }));
          message.on('error', reject);
        })
          .on('error', reject)
          .end();
      });
    }

    it('sends files below the root', async () => {
      expect(await ask('/files/digits.txt')).to.deep.equal({ status: 200, text: digits });
      expect(await ask('/files/caf%C3%A9%20%E2%9C%93%20100%2525.json')).to.deep.equal({
        status: 200,
        text: '"inside"',
      });
      expect(await ask('/files/sub%2Fb.txt')).to.have.property('status', 200);
      expect(await ask('/raw/sub/b.txt')).to.deep.equal({ status: 200, text: 'inside' });
    });

    const climbing = [
      '../secret.txt',
      '..%2fsecret.txt',
      '..%2Fsecret.txt',
      '%2e%2e/secret.txt',
      '%2e%2e%2fsecret.txt',
      '%2E%2E%2Fsecret.txt',
      '.%2e/secret.txt',
      '%252e%252e%252fsecret.txt',
      '..%252fsecret.txt',
      '..%5csecret.txt',
      '..\\secret.txt',
      'sub/..%2f..%2fsecret.txt',
      'sub/../../secret.txt',
      'folder-out/secret.txt',
      'link-out.txt',
      '%2fetc%2fpasswd',
      '/etc/passwd',
      '//etc/passwd',
      '..%00/secret.txt',
      'digits.txt%00',
      '%c0%ae%c0%ae/secret.txt',
      '..%c0%af..%c0%afsecret.txt',
      '%u002e%u002e/secret.txt',
      `${'../'.repeat(50)}etc/passwd`,
      `${'..%2f'.repeat(50)}etc%2fpasswd`,
      'x'.repeat(5000),
      'x/'.repeat(3000),
    ];
    for (const prefix of ['/files/', '/raw/']) {
      for (const path of climbing) {
        it(`sends nothing for ${prefix}${path.length > 60 ? `${path.slice(0, 60)} and so on` : path}`, async () => {
          const { status, text } = await ask(prefix + path);
          // Where the path itself is malformed, or a careless handler decodes it once more, that is another matter.
          expect(prefix === '/files/' ? [400, 404] : [400, 404, 500]).to.include(status);
          expect(text).to.not.contain('outside');
          expect(text).to.not.contain('root:');
          expect(text).to.not.contain(folder);
        });
      }
    }

    it('reports none of these as an unexpected error under a template', async () => {
      reported.length = 0;
      for (const path of climbing) await ask(`/files/${path}`);
      expect(reported).to.deep.equal([]);
    });
  });
});

/** The smallest host: what an adapter does for requests without a body. */
function serve(app: HandlerApp): Server {
  return createServer((message, response) => {
    const [path = ''] = (message.url ?? '').split('?');
    const host = {
      verb: message.method ?? '',
      path,
      url: `http://host${message.url}`,
      headers: new RecordHeaders(message.headers),
      ip: undefined,
      secure: false,
      body: null,
      native: message,
      onClose: (listener: () => void) => {
        const tell = (): void => void (response.writableFinished || listener());
        response.once('close', tell);
        return () => void response.off('close', tell);
      },
    };
    void Promise.resolve(answer(app, host)).then(async (answered) => {
      if (answered === undefined) return response.writeHead(404).end();
      response.writeHead(answered.status, Object.fromEntries(answered.headers.fields()));
      const { body } = answered;
      if (body === null || typeof body === 'string' || body instanceof Uint8Array) return response.end(body);
      for await (const chunk of body) response.write(chunk);
      return response.end();
    });
  });
}
