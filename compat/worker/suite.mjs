import 'reflect-metadata';
import { WorkerEntrypoint } from 'cloudflare:workers';
// It is for tests alone, and no entry point of the package.
// oxlint-disable-next-line no-restricted-imports
import { contractHosts } from '../../packages/adapter-tests/dist/contract-host.test-support.js';
import { outcomesOf } from '../outcomes.mjs';

/**
 * @import { HandlerApp } from '@verbena/core'
 * @import { SocketHost } from '@verbena/adapter-tests'
 */

/** The applications that answer for the time being, by the name of their socket. @type {Map<string, HandlerApp>} */
const apps = new Map();

/** What the sockets of applications lead to; the configuration gives each the name of its own. */
export class Place extends WorkerEntrypoint {
  /** @param {Request} request */
  fetch(request) {
    return apps.get(this.ctx.props).fetch(request, this.env, this.ctx);
  }
}

/** Answers with what becomes of each behaviour. The query of its URL holds those of the sockets, by name. */
export default {
  /** @param {Request} request */
  fetch({ url }) {
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    const encoder = new TextEncoder();
    const tell = async () => {
      const hosts = [...contractHosts, hostAt([...new URL(url).searchParams])];
      for await (const line of outcomesOf('workerd', hosts))
        await writer.write(encoder.encode(`${JSON.stringify(line)}\n`));
      await writer.close();
    };
    tell().catch((error) => writer.abort(error));
    return new Response(readable);
  },
};

/**
 * `app.fetch` answering for a Worker.
 *
 * @param {readonly [string, string][]} places names and URLs of sockets
 * @returns {SocketHost}
 */
function hostAt(places) {
  return {
    name: 'Worker',
    async start(app) {
      const [name, url] = places.find(([place]) => !apps.has(place));
      apps.set(name, app);
      return {
        url,
        async close() {
          apps.delete(name);
        },
      };
    },
  };
}
