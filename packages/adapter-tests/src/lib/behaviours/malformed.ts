import { AssertionError, expect } from 'chai';
import { defineHandler, type HttpContext } from '@verbena/core';
import { type Behaviour, behavioursOf, overSocket } from '../behaviour.js';
import { MALFORMED_SEED, type MalformedRequest, malformedRequest } from '../malformed/malformed-request.js';
import { wrongAnswerIn } from '../malformed/wrong-answer.js';
import type { Served, Stage } from '../stage.js';

const REQUESTS = 1000;

/** How many malformed requests are under way at the same time. */
const AT_ONCE = 50;

/** How long a host is given to say something of its own accord, before the client ends its side, in milliseconds. */
const GRACE_MS = 20;

/** Looks at everything a request has, and reads its body in the way the path names. */
const inspect = defineHandler('/**:way', async ({ request, response }: HttpContext) => {
  response.headers.set('x-query', [...request.query].length);
  request.cookies.get('a');
  request.accepts('html', 'json');
  const [way] = (request.params['way'] ?? '').split('/');
  if (way === 'ignored') return 'not looked at';
  if (way === 'json') return { json: await request.json() };
  if (way === 'form') return [...(await request.formData()).keys()];
  if (way !== 'stream') return request.text();
  let length = 0;
  for await (const chunk of request.stream) length += chunk.byteLength;
  return { length };
});

const visit = defineHandler({ path: '/session/**', session: 'required' }, ({ session }: HttpContext) => {
  session.set('visits', Number(session.get('visits') ?? 0) + 1);
  return 'welcome';
});

const echo = defineHandler('POST /echo', ({ request }: HttpContext) => request.text());
const value = defineHandler('GET /value', ({ request }: HttpContext) => request.headers.get('x-value'));

/** Sends bytes on a connection of their own, ends the client's side, and gives everything that came back. */
async function exchange(stage: Stage, served: Served, pieces: readonly string[], what: string): Promise<string> {
  const connection = await served.connect();
  for (const piece of pieces) {
    connection.send(Buffer.from(piece, 'latin1'));
    await new Promise(setImmediate);
  }
  await connection.hear(GRACE_MS);
  connection.finish();
  return stage.within(connection.end(), `the end of the connection of ${what}`);
}

/** What a malformed request was, so that it can be told from the others, and sent again. */
function describe({ faults, pieces }: MalformedRequest, number: number): string {
  const sent = JSON.stringify(pieces);
  return `malformed request ${number} of seed ${MALFORMED_SEED} (${faults.join(', ')}), which was ${sent.length > 1000 ? `${sent.slice(0, 1000)}…` : sent}`;
}

async function expectHarmless(stage: Stage, served: Served, number: number): Promise<void> {
  const malformed = malformedRequest(number);
  const received = await exchange(stage, served, malformed.pieces, describe(malformed, number));
  const wrong = wrongAnswerIn(received, malformed.isHead);
  const [error] = served.reported;
  if (wrong !== undefined) throw new AssertionError(`There came ${wrong}, after ${describe(malformed, number)}`);
  if (error !== undefined) {
    throw new AssertionError(
      `An error was reported, about here: ${String(error)}, after ${describe(malformed, number)}`,
    );
  }
}

/** The statuses of the answers to a request that has another behind it. */
async function statusesOf(stage: Stage, served: Served, request: string): Promise<readonly number[]> {
  const after = 'GET /value HTTP/1.1\r\nHost: verbena.test\r\n\r\n';
  const received = await exchange(stage, served, [request + after], JSON.stringify(request));
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
}

/** Requests that are none. */
export const malformed: readonly Behaviour[] = behavioursOf('malformed', {
  'a thousand malformed requests are refused or answered, and harm nobody': overSocket(async (stage) => {
    const served = await stage.serve([inspect, visit, value]);
    for (let first = 0; first < REQUESTS; first += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => expectHarmless(stage, served, first + index)));
    }
    expect(await (await served.fetch('/value', { headers: { 'x-value': 'proper' } })).text()).to.equal('proper');
    await served.settle();
    expect(served.reported).to.deep.equal([]);
  }),

  'lengths that contradict each other are 400, and end the connection (RFC 9112, 6.3)': overSocket(async (stage) => {
    const served = await stage.serve([echo, value]);
    for (const lengths of ['Content-Length: 4\r\nContent-Length: 5', 'Content-Length: 4, 5', 'Content-Length: -4']) {
      const request = `POST /echo HTTP/1.1\r\nHost: verbena.test\r\n${lengths}\r\n\r\nbody`;
      expect(await statusesOf(stage, served, request), lengths).to.deep.equal([400]);
    }
  }),

  'a length beside chunks hides no other request (RFC 9112, 6.3)': overSocket(async (stage) => {
    const served = await stage.serve([echo, value]);
    const head = 'POST /echo HTTP/1.1\r\nHost: verbena.test\r\nContent-Type: text/plain\r\n';
    for (const framing of [
      'Content-Length: 4\r\nTransfer-Encoding: chunked',
      'Transfer-Encoding: chunked\r\nContent-Length: 4',
    ]) {
      const statuses = await statusesOf(stage, served, `${head}${framing}\r\n\r\n0\r\n\r\n`);
      expect(statuses, framing).to.have.length(1);
      expect(statuses[0], framing).to.be.oneOf([200, 400]);
    }
  }),

  'chunks that are none make reading fail, and end the connection': overSocket(async (stage) => {
    const served = await stage.serve([echo, value]);
    const head =
      'POST /echo HTTP/1.1\r\nHost: verbena.test\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n';
    for (const chunks of ['zz\r\ntext\r\n0\r\n\r\n', '4\r\ntexttext\r\n0\r\n\r\n', '-4\r\ntext\r\n0\r\n\r\n']) {
      const statuses = await statusesOf(stage, served, head + chunks);
      expect(statuses, chunks).to.have.length.at.most(1);
      expect(statuses, chunks).not.to.include(200);
    }
    expect(served.reported).to.deep.equal([]);
  }),

  'a request of HTTP/1.1 names one host, or is 400 (RFC 9112, 3.2)': overSocket(async (stage) => {
    const served = await stage.serve([defineHandler('GET /value', ({ request }: HttpContext) => request.url.host)]);
    for (const hosts of ['', 'Host: verbena.test\r\nHost: other.test\r\n']) {
      const received = await exchange(
        stage,
        served,
        [`GET /value HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`],
        hosts,
      );
      expect(received, hosts).to.match(/^HTTP\/1\.1 400 /);
    }
  }),

  'a blank before the colon of a header is 400 (RFC 9112, 5.1)': overSocket(async (stage) => {
    const served = await stage.serve([value]);
    const request = 'GET /value HTTP/1.1\r\nHost: verbena.test\r\nX-Value : a\r\n\r\n';
    expect(await statusesOf(stage, served, request)).to.deep.equal([400]);
  }),

  'a header that goes on in the next line is one, or 400 (RFC 9112, 5.2)': overSocket(async (stage) => {
    const served = await stage.serve([value]);
    const connection = await served.connect();
    connection.request('GET /value', ['X-Value: a\r\n b', 'Connection: close']);
    const { status, body } = await connection.answer();
    if (status === 200) expect(body).to.match(/^a +b$/);
    else expect(status).to.equal(400);
  }),
});
