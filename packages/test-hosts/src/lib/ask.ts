import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type RequestOptions } from 'node:http';
import type { LocalServer } from './local-server.js';

/** An answer as it came over the wire. */
export interface Answer {
  readonly message: IncomingMessage;
  readonly status: number;
  readonly text: string;
  /** Whether the connection broke before the answer was complete. */
  readonly broken: boolean;
}

/**
 * Sends a request without the tidying that `fetch` does, on a connection of its own unless `agent` says otherwise. Rejects
 * when no head of an answer comes.
 */
export function ask({ port }: Pick<LocalServer, 'port'>, options: RequestOptions = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, agent: false, ...options }, (message) => {
      let text = '';
      message.setEncoding('utf8');
      message.on('data', (chunk: string) => (text += chunk));
      message.on('error', () => {});
      message.on('close', () => resolve({ message, status: message.statusCode ?? 0, text, broken: !message.complete }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/**
 * Posts several bodies one after another, over one connection as long as the server keeps it. Gives the status of each
 * answer, and whether its request came on the connection of the one before.
 */
export async function askOverOneConnection(
  { port }: Pick<LocalServer, 'port'>,
  posts: readonly (readonly [headers: Readonly<Record<string, string>>, body: string])[],
): Promise<(readonly [status: number, isSameConnection: boolean])[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const outcomes: (readonly [number, boolean])[] = [];
  try {
    for (const [headers, body] of posts) {
      const sent = request({ host: '127.0.0.1', port, agent, method: 'POST', headers: { ...headers } });
      sent.end(body);
      const [message] = (await once(sent, 'response')) as [IncomingMessage];
      message.resume();
      await once(message, 'close');
      outcomes.push([message.statusCode ?? 0, sent.reusedSocket]);
    }
  } finally {
    agent.destroy();
  }
  return outcomes;
}
