import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { Barrier } from '../barrier.test-support.js';
import { NodeBody } from './node-body.js';

/** Reads a body whole; rejects when it fails. */
function collect(body: NodeBody, take: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((end, fail) => body.collect({ take, end, fail }));
}

describe('NodeBody.collect', () => {
  let server: Server;
  let client: Socket;
  let received = '';

  afterEach(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });

  /** Listens with what is done with each body, and connects to it. */
  async function start(
    act: (body: NodeBody, message: IncomingMessage, response: ServerResponse) => unknown,
  ): Promise<void> {
    server = createServer((message, response) => void act(new NodeBody(message, response), message, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    received = '';
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.setEncoding('latin1').on('data', (text: string) => (received += text));
    client.on('error', () => {});
  }

  async function until(text: string): Promise<void> {
    while (!received.includes(text)) await once(client, 'data');
  }

  const post = (length: number): string => `POST / HTTP/1.1\r\nHost: here\r\nContent-Length: ${length}\r\n\r\n`;

  it('gives each chunk as it comes, to the end', async () => {
    const first = new Barrier();
    const chunks: string[] = [];
    await start(async (body, _message, response) => {
      await collect(body, (chunk) => {
        chunks.push(Buffer.from(chunk).toString());
        first.open(undefined);
      });
      response.end('whole');
    });
    client.write(`${post(6)}one`);
    await first.passed;
    client.write('two');
    await until('whole');
    expect(chunks).to.deep.equal(['one', 'two']);
  });

  it('fails with what take throws, and the connection takes the next request', async () => {
    const failures: unknown[] = [];
    await start(async (body, _message, response) => {
      await collect(body, () => {
        throw new RangeError('enough');
      }).catch((error: unknown) => failures.push(error));
      response.end(`answer ${failures.length}`);
    });
    client.write(`${post(400_000)}${'x'.repeat(400_000)}`);
    await until('answer 1');
    client.write(`${post(1)}x`);
    await until('answer 2');
    expect(failures.map(String)).to.deep.equal(['RangeError: enough', 'RangeError: enough']);
  });

  it('fails when the connection ends before the body', async () => {
    const failed = new Barrier<unknown>();
    const first = new Barrier();
    await start((body) => collect(body, () => first.open(undefined)).catch((error: unknown) => failed.open(error)));
    client.write(`${post(6)}one`);
    await first.passed;
    client.destroy();
    expect(await failed.passed).to.be.instanceOf(Error);
  });

  it('fails when the connection has ended already', async () => {
    const failed = new Barrier<unknown>();
    await start((body, message) => {
      message.once('close', () => void collect(body, () => {}).catch((error: unknown) => failed.open(error)));
      message.on('error', () => {});
      client.destroy();
    });
    client.write(`${post(6)}one`);
    expect(await failed.passed).to.be.instanceOf(Error);
  });
});
