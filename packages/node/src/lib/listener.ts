import type { HandlerApp, SessionOptions } from '@verbena/core';
import { answerOrNotFoundTo, errorOf, memoryStoreOf, sessionOptionsOf, StoreSessions } from '@verbena/core/adapter';
import { type NodeIncoming, type NodeOutgoing, ProxiedRequest, ServerRequest } from './request.js';

/** How an application answers under Node's own server. */
export interface NodeOptions {
  /**
   * Sessions of handlers that declare one. Any Keyv is a store. What is left out is as `createApp` was told, and the store
   * is otherwise one in this process' memory.
   */
  readonly session?: Partial<SessionOptions>;
  /**
   * How many proxies stand before this server. So many entries of `X-Forwarded-For`, `X-Forwarded-Proto` and
   * `X-Forwarded-Host`, counted from the right, are believed. Default 0: none, as any client may send these fields.
   */
  readonly trustedProxies?: number;
}

/** Listens to requests of `node:http`, `node:https`, and the compatibility API of `node:http2`. */
export type NodeListener = (message: NodeIncoming, response: NodeOutgoing) => void;

/**
 * Makes a request listener of an application, for a server of your own: `createServer(toNode(app))`. A path that no mapping
 * has is 404.
 *
 * @throws RangeError when `trustedProxies` is no count
 */
export function toNode(app: HandlerApp, options: NodeOptions = {}): NodeListener {
  const fallback = sessionOptionsOf(app);
  const sessions = new StoreSessions({ store: memoryStoreOf(app), ...fallback, ...options.session });
  const { trustedProxies = 0 } = options;
  if (!Number.isInteger(trustedProxies) || trustedProxies < 0) {
    throw new RangeError(`trustedProxies is ${trustedProxies}; give the number of proxies before this server, from 0`);
  }
  return trustedProxies === 0
    ? (message, response) => respond(app, new ServerRequest(message, response, sessions), response)
    : (message, response) => respond(app, new ProxiedRequest(message, response, sessions, trustedProxies), response);
}

function respond(app: HandlerApp, request: ServerRequest, response: NodeOutgoing): void {
  try {
    answerOrNotFoundTo(app, request, (answer) => {
      try {
        request.send(answer);
      } catch (error) {
        giveUp(error, response);
      }
    });
  } catch (error) {
    giveUp(error, response);
  }
}

/** What Node refuses to send, such as a status that HTTP/2 does not have, must not take the process with it. */
function giveUp(error: unknown, response: NodeOutgoing): void {
  console.error(error);
  response.destroy(errorOf(error));
}
