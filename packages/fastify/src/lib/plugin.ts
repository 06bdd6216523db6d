import { METHODS } from 'node:http';
import type { HandlerApp } from '@verbena/core';
import { answerTo, breakOff, errorOf, type HostAnswer, sessionOptionsOf } from '@verbena/core/adapter';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest, RawServerBase } from 'fastify';
import { admitAnyBody } from './any-body.js';
import { belowPrefix } from './prefix.js';
import { LoggedRequest, PluginRequest } from './request.js';
import { respond } from './response.js';
import { FastifySessions, type FastifySessionOptions } from './session.js';

/** How an application sits in Fastify. */
export interface FastifyAdapterOptions {
  /**
   * Sessions of handlers that declare one. What is left out is what `createApp` was given; without a store in either, they
   * are kept in this process' memory. No store can be given where the Fastify application has registered @fastify/session
   * itself.
   */
  readonly session?: FastifySessionOptions;
}

/**
 * Makes a Fastify plugin of an application, to be registered at the root or below a prefix. It leaves what no mapping has a
 * path for to Fastify's not-found handler, and gives its answers to `reply.send()`, so that hooks treat them as any other.
 * Errors nobody expected reach Fastify's logger.
 *
 * @example await fastify.register(toFastify(app), { prefix: '/api' });
 */
export function toFastify(
  app: HandlerApp,
  options: FastifyAdapterOptions = {},
): FastifyPluginAsync<Record<never, never>, RawServerBase> {
  return async function verbena(instance) {
    // Which of Node's servers Fastify has taken is all the same from here on.
    const fastify = instance as unknown as FastifyInstance;
    const sessions = await FastifySessions.create(fastify, options.session, sessionOptionsOf(app));
    const mount = { pathOf: belowPrefix(fastify), limitsTime: limitsTime(fastify), sessions };
    const HostRequest = hasLogger(fastify) ? LoggedRequest : PluginRequest;

    // Not a promise to Fastify: it would wait until the answer is sent, and warn of those that are none of its own.
    const handler = (request: FastifyRequest, reply: FastifyReply): void => {
      const host = new HostRequest(request, reply, mount);
      const send = (answer: HostAnswer): void => {
        try {
          respond(reply, answer, host);
        } catch (error) {
          sendError(error, reply, host);
        }
      };
      try {
        if (!answerTo(app, host, send)) reply.callNotFound();
      } catch (error) {
        sendError(error, reply, host);
      }
    };

    fastify.removeAllContentTypeParsers();
    // Which parser is the one for all, Fastify would find out anew for each request (`npm run bench`, order).
    for (const type of [/^/, '*']) fastify.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
    const { prefix } = fastify;
    for (const url of prefix === '' || prefix.endsWith('/') ? ['*'] : ['', '/*']) {
      const free = (verb: string): boolean => isFree(fastify, verb, url);
      const bodiless = BODILESS.filter(free);
      const others = otherVerbs(fastify).filter(free);
      if (bodiless.length > 0) fastify.route({ method: bodiless, url, handler });
      if (others.length > 0) fastify.route({ method: others, url, handler, preParsing: admitAnyBody });
    }
  };
}

/** Has Fastify answer with an error. What Node refuses to send even then must not take the process with it. */
function sendError(error: unknown, reply: FastifyReply, host: PluginRequest): void {
  try {
    reply.send(errorOf(error));
  } catch (refusal) {
    host.tellRefused(refusal);
    breakOff(reply.raw);
  }
}

/** Verbs whose bodies Fastify itself never looks at. */
const BODILESS = ['GET', 'HEAD', 'TRACE'];

/** Every other verb that Node understands. Fastify is told of those it does not route by itself. */
function otherVerbs(fastify: FastifyInstance): readonly string[] {
  const known = new Set(fastify.supportedMethods);
  // Of CONNECT, Node tells nobody who listens for requests.
  const verbs = METHODS.filter((verb) => verb !== 'CONNECT' && !BODILESS.includes(verb));
  for (const verb of verbs) if (!known.has(verb)) fastify.addHttpMethod(verb, { hasBody: true });
  return verbs;
}

/** Whether no route has the same pattern already, as that for preflights of @fastify/cors has. */
function isFree(fastify: FastifyInstance, method: string, url: string): boolean {
  const pattern = fastify.prefix + url;
  const alike = pattern === '*' ? ['*', '/*'] : [pattern];
  return !alike.some((one) => fastify.hasRoute({ method, url: one }));
}

/** Whether Fastify answers in the place of handlers that take too long. */
function limitsTime({ initialConfig }: FastifyInstance): boolean {
  return ((initialConfig as { readonly handlerTimeout?: number }).handlerTimeout ?? 0) > 0;
}

/** Whether what is told to Fastify's logger goes anywhere. Without one, Fastify has an object whose members all do nothing. */
function hasLogger({ log }: FastifyInstance): boolean {
  return log.level !== undefined || log.error !== log.info;
}
