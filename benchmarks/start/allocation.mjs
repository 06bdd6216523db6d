import { Agent, request } from 'node:http';
import { faultOf, headersFor } from '../load/answers.mjs';
import { startProgram } from '../load/program.mjs';
import { works } from '../load/works.mjs';

/** Room for everything that is allocated between two readings, so that no rubbish is collected meanwhile. */
const roomy = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];
const warmUps = 6000;
const requests = 2000;

/** Whose requests are looked at, and which. */
export const allocating = Object.freeze({
  peers: [
    'node-http',
    'verbena-node',
    'koa',
    'verbena-koa',
    'express',
    'verbena-express',
    'fastify',
    'verbena-fastify',
    'nest-fastify',
  ],
  works: ['hello', 'user', 'order'],
});

/**
 * Bytes that a program allocates for one request, the server's own included: how much its heap has grown after many requests
 * on one connection during which nothing was collected.
 *
 * @param {(line: string) => void} say
 * @returns {Promise<Record<string, Record<string, number>>>} by work and peer
 */
export async function measureAllocation(say) {
  const measured = {};
  for (const work of allocating.works) {
    measured[work] = {};
    for (const peer of allocating.peers) measured[work][peer] = await bytesPerRequest(peer, work);
    say(`allocation: ${work}`);
  }
  return measured;
}

async function bytesPerRequest(peer, name) {
  const work = works[name];
  const program = await startProgram({ peer, form: 'works' }, name, roomy);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const headers = await headersFor(program.port, work);
    const fault = await faultOf(program.port, work, headers);
    if (fault !== undefined) throw new Error(`Measuring ${name} of ${peer} makes no sense: ${fault}`);
    const send = () => ask(agent, program.port, work, headers);
    for (let count = 0; count < warmUps; count += 1) await send();
    const before = await program.ask('collect');
    for (let count = 0; count < requests; count += 1) await send();
    const after = await program.ask('read');
    if (after.collections > 0) throw new Error(`The heap of ${peer} was collected while ${name} was measured`);
    return Math.round((after.heapBytes - before.heapBytes) / requests);
  } finally {
    agent.destroy();
    program.stop();
  }
}

function ask(agent, port, { verb, path, body }, headers) {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, host: '127.0.0.1', port, path, method: verb, headers }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
