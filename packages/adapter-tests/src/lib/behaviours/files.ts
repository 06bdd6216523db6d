import { expect } from 'chai';
import { defineHandler, type HandlerFunction, type HttpContext } from '@verbena/core';
import { Barrier } from '../barrier.js';
import { type Behaviour, behavioursOf, overSocket, type Scenario } from '../behaviour.js';
import { BodyReader } from '../body-reader.js';
import type { FileFolder } from '../file-folder.js';
import { problemIn } from '../problem-details.js';
import type { Stage } from '../stage.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Runs a scenario with a folder of files, and a handler that sends those that may be. */
function withFiles(scenario: (stage: Stage, send: HandlerFunction, folder: FileFolder) => Promise<void>): Scenario {
  return async (stage) => {
    // Not everywhere is there a file system.
    const { FileFolder: Folder } = await import('../file-folder.js');
    const folder = await Folder.make(LETTERS);
    try {
      const send = defineHandler('GET /files/**:file', (context: HttpContext) =>
        folder.send(context, context.request.params['file'] ?? ''),
      );
      await scenario(stage, send, folder);
    } finally {
      await folder.remove();
    }
  };
}

/** Files, parts of files, and files that are not to be had. */
export const files: readonly Behaviour[] = behavioursOf('files', {
  'a file is sent with type, length and validators': withFiles(async (stage, send) => {
    const { fetch } = await stage.serve([send]);
    const response = await fetch('/files/letters.txt');
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.match(/^text\/plain; charset=utf-8$/i);
    expect(response.headers.get('content-length')).to.equal('26');
    expect(response.headers.get('accept-ranges')).to.equal('bytes');
    expect(response.headers.get('etag')).to.be.a('string');
    expect(response.headers.get('last-modified')).to.be.a('string');
    expect(await response.text()).to.equal(LETTERS);
  }),

  'an empty file is an empty answer 200': withFiles(async (stage, send) => {
    const { fetch } = await stage.serve([send]);
    const response = await fetch('/files/empty.html');
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-length')).to.equal('0');
    expect(await response.text()).to.equal('');
  }),

  'a range of a file is 206': withFiles(async (stage, send) => {
    const { fetch } = await stage.serve([send]);
    const expected = [
      ['bytes=0-3', 'bytes 0-3/26', 'abcd'],
      ['bytes=22-', 'bytes 22-25/26', 'wxyz'],
      ['bytes=-2', 'bytes 24-25/26', 'yz'],
    ] as const;
    for (const [range, contentRange, text] of expected) {
      const response = await fetch('/files/letters.txt', { headers: { range } });
      expect(response.status, range).to.equal(206);
      expect(response.headers.get('content-range')).to.equal(contentRange);
      expect(response.headers.get('content-length')).to.equal(String(text.length));
      expect(await response.text()).to.equal(text);
    }
  }),

  'a range beyond the file is 416, and says how long the file is': withFiles(async (stage, send) => {
    const { fetch } = await stage.serve([send]);
    const response = await fetch('/files/letters.txt', { headers: { range: 'bytes=100-' } });
    await problemIn(response, 416);
    expect(response.headers.get('content-range')).to.equal('bytes */26');
  }),

  'a range of what has changed since is the whole file': withFiles(async (stage, send) => {
    const { fetch } = await stage.serve([send]);
    const headers = { range: 'bytes=0-3', 'if-range': '"another"' };
    const response = await fetch('/files/letters.txt', { headers });
    expect(response.status).to.equal(200);
    expect(await response.text()).to.equal(LETTERS);
  }),

  'a file the client has already is 304': withFiles(async (stage, send) => {
    const { fetch } = await stage.serve([send]);
    const first = await fetch('/files/letters.txt');
    await first.text();
    const etag = first.headers.get('etag') ?? '';
    const conditions = [{ 'if-none-match': etag }, { 'if-modified-since': first.headers.get('last-modified') ?? '' }];
    for (const headers of conditions) {
      const response = await fetch('/files/letters.txt', { headers: headers as Record<string, string> });
      expect(response.status).to.equal(304);
      expect(response.headers.get('etag')).to.equal(etag);
      expect(await response.text()).to.equal('');
    }
  }),

  'a range is for GET alone, and one of an unknown unit is none (RFC 9110, 14.2)': withFiles(async (stage, send) => {
    const { fetch } = await stage.serve([send]);
    const head = await fetch('/files/letters.txt', { method: 'HEAD', headers: { range: 'bytes=0-3' } });
    expect(head.status).to.equal(200);
    expect(head.headers.get('content-length')).to.equal('26');
    for (const range of ['letters=0-3', 'bytes 0-3']) {
      const response = await fetch('/files/letters.txt', { headers: { range } });
      expect(response.status, range).to.equal(200);
      expect(await response.text()).to.equal(LETTERS);
    }
  }),

  'several ranges are sent as several, or as the whole file': withFiles(async (stage, send) => {
    const { fetch } = await stage.serve([send]);
    const response = await fetch('/files/letters.txt', { headers: { range: 'bytes=0-1,4-5' } });
    expect(response.status).to.be.oneOf([200, 206]);
    if (response.status === 206) expect(response.headers.get('content-type')).to.match(/^multipart\/byteranges;/);
    else expect(await response.text()).to.equal(LETTERS);
  }),

  'If-None-Match takes a list, a weak tag and any tag, and goes before If-Modified-Since': withFiles(
    async (stage, send) => {
      const { fetch } = await stage.serve([send]);
      const first = await fetch('/files/letters.txt');
      await first.text();
      const etag = first.headers.get('etag') ?? '';
      const opaque = etag.replace(/^W\//, '');
      const later = new Date(Date.now() + 86_400_000).toUTCString();
      const statusFor = async (headers: Record<string, string>): Promise<number> =>
        (await fetch('/files/letters.txt', { headers })).status;
      for (const tags of [`"another", ${etag}`, `W/${opaque}`, '*']) {
        expect(await statusFor({ 'if-none-match': tags }), tags).to.equal(304);
      }
      expect(await statusFor({ 'if-none-match': '"another"', 'if-modified-since': later })).to.equal(200);
    },
  ),

  'after 304 and 206, the connection takes the next request': overSocket(
    withFiles(async (stage, send) => {
      const served = await stage.serve([send]);
      const connection = await served.connect();
      for (let round = 0; round < 2; round += 1) {
        connection.request('GET /files/letters.txt', ['If-None-Match: *']);
        const unchanged = await connection.answer();
        expect(unchanged.status).to.equal(304);
        expect(unchanged.headers.has('content-length')).to.equal(false);
        connection.request('GET /files/letters.txt', ['Range: bytes=2-3']);
        expect(await connection.answer()).to.include({ status: 206, body: 'cd' });
      }
    }),
  ),

  'a file that is not the one asked for is 412': withFiles(async (stage, send) => {
    const { fetch } = await stage.serve([send]);
    await problemIn(await fetch('/files/letters.txt', { headers: { 'if-match': '"another"' } }), 412);
  }),

  'HEAD of a file tells its length': withFiles(async (stage, send) => {
    const { fetch } = await stage.serve([send]);
    const response = await fetch('/files/letters.txt', { method: 'HEAD' });
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-length')).to.equal('26');
    expect(await response.text()).to.equal('');
  }),

  'a file is offered for download by its name': withFiles(async (stage, _send, folder) => {
    const download = defineHandler('GET /', (context: HttpContext) =>
      folder.send(context, 'letters.txt', { downloadAs: 'Bücher "1".txt' }),
    );
    const { fetch } = await stage.serve([download]);
    const response = await fetch('/');
    expect(response.headers.get('content-disposition')).to.match(/^attachment; .*filename\*=UTF-8''B%C3%BCcher/);
    expect(await response.text()).to.equal(LETTERS);
  }),

  'what is missing, a folder, or hidden is 404': withFiles(async (stage, send) => {
    const { fetch } = await stage.serve([send]);
    for (const file of ['missing.txt', 'inner', 'inner/', '', '.hidden', 'letters.txt/x']) {
      await problemIn(await fetch(`/files/${file}`), 404);
    }
  }),

  'nothing outside the root is sent, however it is asked for': withFiles(async (stage, send, folder) => {
    await folder.linkSecret('link.txt');
    const { fetch } = await stage.serve([send]);
    const attempts = [
      '../secret.txt',
      '..%2fsecret.txt',
      '%2e%2e%2fsecret.txt',
      'inner/..%2f..%2fsecret.txt',
      '..%5csecret.txt',
      '%2e%2e%5csecret.txt',
      '..%252fsecret.txt',
      encodeURIComponent(folder.secret),
      '%2fetc%2fpasswd',
      'letters.txt%00',
      '..%2fsecret.txt%00.txt',
      'link.txt',
    ];
    for (const attempt of attempts) {
      const response = await fetch(`/files/${attempt}`);
      const text = await response.text();
      expect(text, attempt).not.to.include('secret').and.not.include('root:');
      // The first is resolved by the client itself, and is then a path of no mapping.
      if (attempt !== attempts[0]) expect(response.status, attempt).to.equal(404);
    }
  }),

  'nothing outside the root is sent to a client that resolves no dots itself': overSocket(
    withFiles(async (stage, send, folder) => {
      const served = await stage.serve([send]);
      const connection = await served.connect();
      const depth = '/..'.repeat(12);
      const attempts = ['/files/../secret.txt', '/files/inner/../../secret.txt', `/files${depth}${folder.secret}`];
      for (const attempt of attempts) {
        connection.request(`GET ${attempt}`);
        expect((await connection.answer()).body, attempt).not.to.equal('secret');
      }
      connection.request('GET /files/inner/../letters.txt');
      expect((await connection.answer()).body).to.equal(LETTERS);
    }),
  ),

  'a file is closed when the client leaves in the middle of it': withFiles(async (stage, _send, folder) => {
    const closed = new Barrier();
    await folder.add('large.bin', 'begin', 64 * 1_048_576);
    const { fetch } = await stage.serve([
      defineHandler('GET /', async (context: HttpContext) => {
        const file = await folder.send(context, 'large.bin');
        return file?.once('close', () => closed.open());
      }),
    ]);
    const reader = new BodyReader(await fetch('/'));
    await reader.until('begin');
    await reader.leave();
    await stage.within(closed.opened, 'the file to be closed');
  }),
});
