import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { transmitFile } from '../../files.js';
import type { HttpContext } from '../context.js';
import { defineHandler } from '../decorators/define.js';
import { type NodeServer, startNode } from '../node/node-server.test-support.js';
import { recordingApp } from '../recording-app.test-support.js';

const digits = '0123456789';
const modified = new Date('2024-05-06T07:08:09.250Z');
const etag = `W/"a-${modified.getTime().toString(16)}"`;
const earlier = 'Sun, 05 May 2024 00:00:00 GMT';
const same = 'Mon, 06 May 2024 07:08:09 GMT';
const later = 'Tue, 07 May 2024 00:00:00 GMT';

type Row = readonly [verb: string, headers: Record<string, string>, status: number];

describe('transmitFile, asked under conditions', () => {
  let root: string;
  let server: NodeServer;
  let reported: unknown[];

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'verbena-conditions-'));
    await writeFile(join(root, 'digits.txt'), digits);
    await utimes(join(root, 'digits.txt'), modified, modified);
    const { app, errors } = recordingApp([
      defineHandler('/digits', (context: HttpContext) => transmitFile(context, 'digits.txt', { root })),
      defineHandler('/as/:status', (context: HttpContext) => {
        context.response.status = Number(context.request.params['status']);
        return transmitFile(context, 'digits.txt', { root });
      }),
    ]);
    reported = errors;
    server = await startNode(app);
  });

  after(async () => {
    await server.close();
    await rm(root, { recursive: true });
  });

  /** @param headers of which `fetch` would ask for a fresh copy beside a condition, unless told otherwise */
  function ask(path: string, verb: string, headers: Record<string, string>): Promise<Response> {
    return fetch(server.url + path, { method: verb, headers: { 'cache-control': 'max-age=0', ...headers } });
  }

  function answers(rows: readonly Row[]): void {
    for (const [verb, headers, status] of rows) {
      it(`answers ${status} to ${verb} with ${JSON.stringify(headers)}`, async () => {
        const response = await ask('/digits', verb, headers);
        const text = await response.text();
        expect(response.status).to.equal(status);
        if (status === 412) expect(JSON.parse(text)).to.have.property('title', 'Precondition Failed');
        else expect(text).to.equal(status === 304 || verb === 'HEAD' ? '' : status === 206 ? '234' : digits);
        expect(reported).to.deep.equal([]);
      });
    }
  }

  describe('that the client has the file already is for GET and HEAD alone (RFC 9110, 13.1.2 and 13.1.3)', () => {
    answers([
      ['GET', { 'if-none-match': etag }, 304],
      ['HEAD', { 'if-none-match': etag }, 304],
      ['HEAD', { 'if-modified-since': same }, 304],
      ['POST', { 'if-none-match': etag }, 412],
      ['POST', { 'if-none-match': '*' }, 412],
      ['POST', { 'if-none-match': etag, 'cache-control': 'no-cache' }, 412],
      ['DELETE', { 'if-none-match': etag }, 412],
      ['POST', { 'if-none-match': '"other"' }, 200],
      ['POST', { 'if-modified-since': later }, 200],
      ['PUT', { 'if-none-match': '"other"', 'if-modified-since': later }, 200],
      ['POST', { 'if-unmodified-since': earlier }, 412],
      ['POST', { 'if-match': '"other"' }, 412],
    ]);
  });

  describe('If-Match goes before If-Unmodified-Since (RFC 9110, 13.1.4)', () => {
    answers([
      ['GET', { 'if-match': '*', 'if-unmodified-since': earlier }, 200],
      ['POST', { 'if-match': '*', 'if-unmodified-since': earlier }, 200],
      ['GET', { 'if-match': '*', 'if-none-match': etag }, 304],
      ['GET', { 'if-match': '"other"', 'if-unmodified-since': later }, 412],
      ['GET', { 'if-unmodified-since': earlier }, 412],
    ]);
  });

  describe('a range is for the very date that was sent (RFC 9110, 13.1.5)', () => {
    const range = 'bytes=2-4';
    answers([
      ['GET', { range }, 206],
      ['GET', { range, 'if-range': same }, 206],
      ['GET', { range, 'if-range': later }, 200],
      ['GET', { range, 'if-range': earlier }, 200],
      ['GET', { range, 'if-range': etag }, 200],
    ]);
  });

  describe('under a status of its handler (RFC 9110, 13.2.1 and 14.2)', () => {
    const asked: readonly Record<string, string>[] = [
      { 'if-none-match': etag },
      { 'if-none-match': '*' },
      { 'if-modified-since': later },
      { 'if-match': '"other"' },
      { 'if-unmodified-since': earlier },
      { range: 'bytes=2-4' },
      { range: 'bytes=100-' },
    ];
    for (const status of [404, 503, 201]) {
      for (const headers of asked) {
        it(`sends the whole file as ${status}, whatever ${JSON.stringify(headers)} says`, async () => {
          const response = await ask(`/as/${status}`, 'GET', headers);
          expect(response.status).to.equal(status);
          expect(response.headers.has('content-range')).to.equal(false);
          expect(response.headers.get('content-length')).to.equal('10');
          expect(await response.text()).to.equal(digits);
        });
      }
    }

    it('heeds them where that status is 200', async () => {
      expect((await ask('/as/200', 'GET', { 'if-none-match': etag })).status).to.equal(304);
      expect(await (await ask('/as/200', 'GET', { range: 'bytes=2-4' })).text()).to.equal('234');
    });
  });
});
